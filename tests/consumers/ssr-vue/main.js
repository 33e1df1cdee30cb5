/** Takes the server's page over, and only then begins: before, what Escale shows would not be what Vue expects to find. */
import { init } from "escale";
import { createSSRApp, defineComponent, h, onMounted } from "vue";
import { Page } from "./page.js";

const Site = defineComponent(() => {
  onMounted(() => {
    const escale = init({
      site: "consumers",
      config: "/escale.bin",
      bots: "allow",
      deadlineMs: 20_000,
    });
    window.escaleOfPage = escale;
    escale.consent("granted");
  });
  return () => h(Page);
});

createSSRApp(Site).mount("#root");
