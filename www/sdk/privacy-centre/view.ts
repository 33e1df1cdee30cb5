/**
 * The dialog of the privacy centre. In: the profile, the visitor's actions. Out: text and controls over the page. Never:
 * markup made of text, a lost focus, or a control that moves without being used.
 */
import { createElement, type Child } from "../../shared/dom.js";
import { openDialog, type PageDialog } from "../base/dialog.js";
import type { ProfileSummary } from "../base/types.js";
import type { Language } from "../base/language.js";
import { createCentreButton, createList, createRadio, createSection } from "./controls.js";
import {
  FREQUENCIES,
  formatConsent,
  formatFrequency,
  formatSource,
  formatStage,
  formatTaste,
  formatTime,
  formatTrip,
  MESSAGES,
  type CentreMessages,
  type Frequency,
} from "./messages.js";
import { STYLE } from "./style.js";

/** Actions of the visitor. Each renders the profile again once it is done. */
export interface CentreActions {
  deny(topic: string): Promise<void>;
  allow(topic: string): Promise<void>;
  remove(fact: string): Promise<void>;
  setFrequency(frequency: Frequency): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  export(): Promise<void>;
  import(file: File): Promise<void>;
  forget(): Promise<void>;
}

/** Tastes with less evidence are not shown. */
const TASTE_MASS_MIN = 0.05;
const TASTES_MAX = 12;

const paragraph = (name: string, text = ""): HTMLElement =>
  createElement("p", { class: `escale-centre-${name}` }, text);
const span = (name: string, text: string): HTMLElement =>
  createElement("span", { class: `escale-centre-${name}` }, text);

/** A line of a list: its label, an explanation, a button. */
const createLine = (name: string, label: string, ...rest: Child[]): HTMLElement =>
  createElement(
    "li",
    { class: `escale-centre-${name}` },
    createElement("strong", { class: "escale-centre-label" }, label),
    ...rest,
  );

/** The dialog and its contents. */
export class CentreView {
  readonly #dialog: PageDialog;
  readonly #body = createElement("div", { class: "escale-centre-body" });
  readonly #status = createElement("p", { class: "escale-centre-status", role: "status" });
  readonly #messages: CentreMessages;

  /** Opens the dialog. `opener` gets the focus back when it closes. */
  constructor(
    private readonly language: Language,
    private readonly actions: CentreActions,
    opener = document.activeElement,
  ) {
    this.#messages = MESSAGES[language];
    const { title, close, lead } = this.#messages;
    this.#dialog = openDialog(
      {
        name: "escale-centre",
        prefix: "escale-centre",
        language,
        title,
        close,
        style: STYLE,
        width: "44rem",
      },
      paragraph("lead", lead),
      this.#status,
      this.#body,
    );
    this.#dialog.dialog.addEventListener("close", () => {
      // Some browsers drop the focus if a click did not set it.
      if (opener instanceof HTMLElement) opener.focus();
    });
  }

  /** Closes the dialog. */
  close(): void {
    this.#dialog.close();
  }

  /** Renders the current profile; `undefined` if nothing is stored. `status` is announced. */
  show(profile: ProfileSummary | undefined, isPaused: boolean, status = ""): void {
    const focused = this.#focusedKey();
    this.#body.replaceChildren(
      ...(profile
        ? this.#sections(profile, isPaused)
        : [paragraph("missing", this.#messages.missing)]),
    );
    this.#status.textContent = status;
    if (focused !== undefined) this.#focus(focused);
  }

  /** The key of the focused control; empty if it has none, `undefined` if the focus is elsewhere. */
  #focusedKey(): string | undefined {
    const { activeElement } = this.#dialog.root;
    if (!this.#body.contains(activeElement)) return undefined;
    return (activeElement instanceof HTMLElement && activeElement.dataset["key"]) || "";
  }

  /** Focuses the control of a key; the close button if it is gone. */
  #focus(key: string): void {
    const controls = [...this.#body.querySelectorAll<HTMLElement>("[data-key]")];
    const close = this.#dialog.root.querySelector<HTMLElement>(".escale-centre-close");
    (controls.find((control) => control.dataset["key"] === key) ?? close)?.focus();
  }

  #sections(profile: ProfileSummary, isPaused: boolean): HTMLElement[] {
    const { language } = this;
    const { paused, trips, noTrips, stage, agreed } = this.#messages;
    const { consent } = profile;
    const items = profile.trips.map((trip) =>
      createElement(
        "li",
        { class: "escale-centre-trip" },
        formatTrip(language, trip, profile.labels),
      ),
    );
    return [
      ...(isPaused ? [paragraph("paused", paused)] : []),
      this.#tastes(profile, isPaused),
      ...this.#denied(profile, isPaused),
      createSection(trips, "trips", createList(items, noTrips)),
      createSection(stage, "stage", paragraph("stage", formatStage(language, profile.stage))),
      this.#declared(profile, isPaused),
      ...(isPaused ? [] : [this.#frequency(profile)]),
      ...(consent
        ? [createSection(agreed, "agreed", paragraph("consent", formatConsent(language, consent)))]
        : []),
      this.#data(isPaused),
    ];
  }

  #tastes({ facets, labels }: ProfileSummary, isDisabled: boolean): HTMLElement {
    const { likes, noLikes, notMe } = this.#messages;
    const tastes = facets
      .flatMap(({ confidence, topics }) => topics.map((topic) => ({ ...topic, confidence })))
      .filter(({ mass }) => mass >= TASTE_MASS_MIN)
      .sort((a, b) => b.mass - a.mass)
      .slice(0, TASTES_MAX);
    const lines = tastes.map(({ name, affinity, confidence }) => {
      const label = labels[name] ?? name;
      return createLine(
        "taste",
        label,
        span("how", formatTaste(this.language, affinity, confidence)),
        createCentreButton(notMe, "deny", () => this.actions.deny(name), {
          key: `topic ${name}`,
          subject: label,
          isDisabled,
        }),
      );
    });
    return createSection(likes, "likes", createList(lines, noLikes));
  }

  #denied({ denied, labels }: ProfileSummary, isDisabled: boolean): HTMLElement[] {
    if (denied.length === 0) return [];
    const { denied: title, giveBack } = this.#messages;
    const lines = denied.map(({ topic, source, at_ms }) => {
      const label = labels[topic] ?? topic;
      return createLine(
        "struck",
        label,
        this.#source(source, at_ms),
        createCentreButton(giveBack, "allow", () => this.actions.allow(topic), {
          key: `topic ${topic}`,
          subject: label,
          isDisabled,
        }),
      );
    });
    return [createSection(title, "denied", createList(lines, ""))];
  }

  #declared({ declared, labels }: ProfileSummary, isDisabled: boolean): HTMLElement {
    const { declared: title, noDeclared, remove } = this.#messages;
    const facts = declared.filter(({ value }) => value !== null);
    const lines = facts.map(({ fact, value, source, at_ms }) => {
      const label =
        typeof value === "string" ? (labels[value] ?? value) : `${fact}: ${value ?? ""}`;
      return createLine(
        "fact",
        label,
        this.#source(source, at_ms),
        createCentreButton(remove, "remove", () => this.actions.remove(fact), {
          key: `fact ${fact}`,
          subject: label,
          isDisabled,
        }),
      );
    });
    return createSection(title, "declared", createList(lines, noDeclared));
  }

  /** The source of a fact and its day. */
  #source(source: string, atMs: number): HTMLElement {
    const { language } = this;
    return span("how", `${formatSource(language, source)} · ${formatTime(language, atMs)}`);
  }

  #frequency({ frequency }: ProfileSummary): HTMLElement {
    const choices = FREQUENCIES.map((choice) =>
      createRadio(
        formatFrequency(this.language, choice),
        { name: "escale-frequency", key: `often ${choice}`, isChecked: frequency === choice },
        () => this.actions.setFrequency(choice),
      ),
    );
    return createElement(
      "fieldset",
      { class: "escale-centre-often" },
      createElement("legend", { class: "escale-centre-heading" }, this.#messages.frequency),
      ...choices,
    );
  }

  #data(isPaused: boolean): HTMLElement {
    const { actions } = this;
    const { data, pause, resume, export: exportLabel, erase } = this.#messages;
    const toggle = isPaused
      ? createCentreButton(resume, "resume", () => actions.resume(), { key: "pause" })
      : createCentreButton(pause, "pause", () => actions.pause(), { key: "pause" });
    const controls = createElement(
      "div",
      { class: "escale-centre-controls" },
      toggle,
      createCentreButton(exportLabel, "export", () => actions.export(), { key: "export" }),
      this.#importField(),
      createCentreButton(erase, "erase", (button) => this.#confirmErasure(button), {
        key: "erase",
      }),
    );
    return createSection(data, "data", controls);
  }

  #importField(): HTMLElement {
    const input = createElement("input", {
      class: "escale-centre-file",
      type: "file",
      accept: "application/json,.json",
      "data-key": "import",
    });
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.actions.import(file);
    });
    const label = span("label", this.#messages.import);
    return createElement(
      "label",
      { class: "escale-centre-import button", part: "button" },
      label,
      input,
    );
  }

  /** Replaces the erase button by a confirmation. */
  #confirmErasure(erase: HTMLElement): void {
    const { eraseSure, eraseYes, eraseNo } = this.#messages;
    const no = createCentreButton(eraseNo, "erase-no", () => {
      confirmation.replaceWith(erase);
      erase.focus();
    });
    const confirmation = createElement(
      "div",
      { class: "escale-centre-sure", role: "group", "aria-label": eraseSure },
      paragraph("question", eraseSure),
      createCentreButton(eraseYes, "erase-yes", () => this.actions.forget()),
      no,
    );
    erase.replaceWith(confirmation);
    no.focus();
  }
}
