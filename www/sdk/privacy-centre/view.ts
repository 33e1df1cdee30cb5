/**
 * The centre's face: a modal dialog. Comes in: what is known, what the visitor may do. Goes out: text and controls; what was
 * pressed. Text is only ever text, nothing moves, and the focus stays where the visitor left it, or comes back to
 * where it came from.
 */
import {
  consentInWords,
  dayInWords,
  FREQUENCIES,
  frequencyInWords,
  sourceInWords,
  stageInWords,
  tasteInWords,
  tripInWords,
  WORDS,
  type Frequency,
  type Words,
} from "./messages.js";
import { button, field, made, section, styled, type Child } from "./dom.js";
import type { Language } from "../base/language.js";
import type { ToldProfile } from "../base/types.js";

/** What the visitor may do; each shows again what is known then. */
export interface Deeds {
  deny(topic: string): Promise<void>;
  allow(topic: string): Promise<void>;
  remove(fact: string): Promise<void>;
  often(frequency: Frequency): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  export(): Promise<void>;
  import(file: File): Promise<void>;
  forget(): Promise<void>;
}

/** A taste of less than this is nobody's. */
const LEAST_MASS = 0.05;
const TASTES_MAX = 12;

export class CentreView {
  readonly #dialog = made("dialog", "centre", []) as HTMLDialogElement;
  readonly #body = made("div", "centre-body", []);
  readonly #status = made("p", "centre-status", []);
  readonly #words: Words;

  constructor(
    private readonly language: Language,
    private readonly deeds: Deeds,
    opener = document.activeElement,
  ) {
    styled();
    document.querySelector(".escale-centre")?.remove();
    this.#words = WORDS[language];
    const title = made("h2", "centre-title", this.#words.title);
    title.id = "escale-centre-title";
    this.#status.setAttribute("role", "status");
    const close = button(this.#words.close, "centre-close", () => this.close());
    this.#dialog.lang = language;
    this.#dialog.setAttribute("aria-labelledby", title.id);
    this.#dialog.append(
      made("header", "centre-header", [title, close]),
      made("p", "centre-lead", this.#words.lead),
      this.#status,
      this.#body,
    );
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      // Some browsers give the focus to nobody where a click did not take it.
      if (opener instanceof HTMLElement) opener.focus();
    });
    document.body.append(this.#dialog);
    // A modal dialog keeps the focus inside, and closes on Escape.
    this.#dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
  }

  /** Shows what is known by now; `undefined`: nothing is kept. */
  show(known: ToldProfile | undefined, isPaused: boolean, done = ""): void {
    const before =
      document.activeElement instanceof HTMLElement
        ? document.activeElement.dataset["key"]
        : undefined;
    const hadFocus = this.#body.contains(document.activeElement);
    this.#body.replaceChildren(
      ...(known
        ? this.#parts(known, isPaused)
        : [made("p", "centre-missing", this.#words.missing)]),
    );
    this.#status.textContent = done;
    if (!hadFocus) return;
    const same =
      before === undefined
        ? undefined
        : Array.from(this.#body.querySelectorAll<HTMLElement>("[data-key]")).find(
            (one) => one.dataset["key"] === before,
          );
    // What was pressed may be gone: then its neighbours are near.
    (same ?? this.#dialog.querySelector<HTMLElement>(".escale-centre-close"))?.focus();
  }

  #parts(known: ToldProfile, isPaused: boolean): HTMLElement[] {
    const words = this.#words;
    const trips = known.trips.map((trip) =>
      made("li", "centre-trip", tripInWords(this.language, trip, known.labels)),
    );
    return [
      ...(isPaused ? [made("p", "centre-paused", words.paused)] : []),
      this.#tastes(known, isPaused),
      ...this.#denied(known, isPaused),
      section(
        words.trips,
        "trips",
        trips.length > 0
          ? [made("ul", "centre-list", trips)]
          : [made("p", "centre-none", words.noTrips)],
      ),
      section(words.stage, "stage", [
        made("p", "centre-stage", stageInWords(this.language, known.stage)),
      ]),
      this.#declared(known, isPaused),
      ...(isPaused ? [] : [this.#often(known)]),
      ...(known.consent
        ? [
            section(words.agreed, "agreed", [
              made("p", "centre-consent", consentInWords(this.language, known.consent)),
            ]),
          ]
        : []),
      this.#data(isPaused),
    ];
  }

  #tastes({ facets, labels }: ToldProfile, isPaused: boolean): HTMLElement {
    const { likes, noLikes, notMe } = this.#words;
    const tastes = facets
      .flatMap(({ confidence, topics }) => topics.map((topic) => ({ ...topic, confidence })))
      .filter(({ mass }) => mass >= LEAST_MASS)
      .sort((a, b) => b.mass - a.mass)
      .slice(0, TASTES_MAX);
    const lines = tastes.map(({ name, affinity, confidence }) => {
      const label = labels[name] ?? name;
      const strike = button(notMe, "centre-deny", () => this.deeds.deny(name), {
        key: `topic ${name}`,
        of: label,
        off: isPaused,
      });
      return made("li", "centre-taste", [
        made("strong", "centre-label", label),
        made("span", "centre-how", tasteInWords(this.language, affinity, confidence)),
        strike,
      ]);
    });
    return section(
      likes,
      "likes",
      lines.length > 0 ? [made("ul", "centre-list", lines)] : [made("p", "centre-none", noLikes)],
    );
  }

  #denied({ denied, labels }: ToldProfile, isPaused: boolean): HTMLElement[] {
    if (denied.length === 0) return [];
    const lines = denied.map(({ topic, source, at_ms }) => {
      const label = labels[topic] ?? topic;
      const back = button(this.#words.giveBack, "centre-allow", () => this.deeds.allow(topic), {
        key: `topic ${topic}`,
        of: label,
        off: isPaused,
      });
      return made("li", "centre-struck", [
        made("strong", "centre-label", label),
        this.#said(source, at_ms),
        back,
      ]);
    });
    return [section(this.#words.denied, "denied", [made("ul", "centre-list", lines)])];
  }

  #declared({ declared, labels }: ToldProfile, isPaused: boolean): HTMLElement {
    const told = declared.filter(({ value }) => value !== null);
    const lines = told.map(({ fact, value, source, at_ms }) => {
      const label =
        typeof value === "string" ? (labels[value] ?? value) : `${fact}: ${value ?? ""}`;
      const remove = button(this.#words.remove, "centre-remove", () => this.deeds.remove(fact), {
        key: `fact ${fact}`,
        of: label,
        off: isPaused,
      });
      return made("li", "centre-fact", [
        made("strong", "centre-label", label),
        this.#said(source, at_ms),
        remove,
      ]);
    });
    return section(
      this.#words.declared,
      "declared",
      lines.length > 0
        ? [made("ul", "centre-list", lines)]
        : [made("p", "centre-none", this.#words.noDeclared)],
    );
  }

  /** Whose word it is, and since when. */
  #said(source: string, atMs: number): HTMLElement {
    return made(
      "span",
      "centre-how",
      `${sourceInWords(this.language, source)} · ${dayInWords(this.language, atMs)}`,
    );
  }

  #often({ frequency }: ToldProfile): HTMLElement {
    const choices = FREQUENCIES.map((often) =>
      field(
        frequencyInWords(this.language, often),
        { name: "escale-frequency", key: `often ${often}`, isChecked: frequency === often },
        () => this.deeds.often(often),
      ),
    );
    return made("fieldset", "centre-often", [
      made("legend", "centre-heading", this.#words.frequency),
      ...choices,
    ]);
  }

  #data(isPaused: boolean): HTMLElement {
    const { data, pause, resume, export: take, import: bring, erase } = this.#words;
    const rest = isPaused
      ? button(resume, "centre-resume", () => this.deeds.resume(), { key: "pause" })
      : button(pause, "centre-pause", () => this.deeds.pause(), { key: "pause" });
    const file = made("input", "centre-file", []) as HTMLInputElement;
    file.type = "file";
    file.accept = "application/json,.json";
    file.dataset["key"] = "import";
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) void this.deeds.import(chosen);
    });
    const controls: Child[] = [
      rest,
      button(take, "centre-export", () => this.deeds.export(), { key: "export" }),
      made("label", "centre-import", [made("span", "centre-label", bring), file]),
      button(erase, "centre-erase", (pressed) => this.#ask(pressed), { key: "erase" }),
    ];
    return section(data, "data", [made("div", "centre-controls", controls)]);
  }

  /** Asks once more before everything goes. */
  #ask(pressed: HTMLElement): void {
    const { eraseSure, eraseYes, eraseNo } = this.#words;
    const no = button(eraseNo, "centre-erase-no", () => {
      asked.replaceWith(pressed);
      pressed.focus();
    });
    const asked = made("div", "centre-sure", [
      made("p", "centre-question", eraseSure),
      button(eraseYes, "centre-erase-yes", () => this.deeds.forget()),
      no,
    ]);
    asked.setAttribute("role", "group");
    asked.setAttribute("aria-label", eraseSure);
    pressed.replaceWith(asked);
    no.focus();
  }
}
