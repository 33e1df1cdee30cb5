/**
 * Watches every way by which a page reads, stores or sends: each use is written down with the state of consent at that
 * moment. Runs before all other scripts of a frame, and must change nothing of what they see.
 */
window.used = [];
{
  const note = (what) =>
    window.used.push({
      what,
      isAllowed: window.isGranted === true,
      isRefused: window.isRefused === true,
    });
  const wrap = (owner, name, what = name) => {
    const own = owner[name];
    owner[name] = function (...args) {
      note(what);
      return new.target ? Reflect.construct(own, args) : own.apply(this, args);
    };
  };
  const watch = (owner, name) => {
    const { get, set } = Object.getOwnPropertyDescriptor(owner, name);
    const watched = {
      configurable: true,
      get() {
        note(name);
        return get.call(this);
      },
    };
    if (set)
      watched.set = function (value) {
        note(`${name}=`);
        set.call(this, value);
      };
    Object.defineProperty(owner, name, watched);
  };
  for (const name of ["localStorage", "sessionStorage", "caches"])
    watch(Object.hasOwn(window, name) ? window : Window.prototype, name);
  watch(Document.prototype, "cookie");
  watch(Document.prototype, "referrer");
  for (const name of ["getItem", "setItem", "removeItem", "key"]) wrap(Storage.prototype, name);
  for (const name of ["open", "databases", "deleteDatabase"])
    wrap(IDBFactory.prototype, name, `indexedDB.${name}`);
  for (const name of ["fetch", "BroadcastChannel", "WebSocket"]) wrap(window, name);
  wrap(Navigator.prototype, "sendBeacon");
  wrap(XMLHttpRequest.prototype, "send");
}
