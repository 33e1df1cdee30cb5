/** Numbers and days. In: a language. Out: functions from numbers to text. Never: a missing number shown as zero. */

/**
 * @typedef {(value: number | null) => string} FormatNumber
 * @typedef {{ count: (value: number) => string, percent: FormatNumber, points: FormatNumber, money: FormatNumber, change: FormatNumber, day: (iso: string) => string }} Format
 *
 * @param {string} language @param {import("./messages.js").Messages} messages @returns {Format}
 */
export function createFormat(language, { none, points }) {
  const formatter = (/** @type {Intl.NumberFormatOptions} */ options) => {
    const numbers = new Intl.NumberFormat(language, options);
    return (/** @type {number | null} */ value) => (value === null ? none : numbers.format(value));
  };
  const signed = formatter({ signDisplay: "exceptZero", maximumFractionDigits: 2 });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  return {
    count: formatter({ maximumFractionDigits: 0 }),
    percent: formatter({
      style: "percent",
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }),
    points: (share) => (share === null ? none : `${signed(share * 100)} ${points}`),
    money: formatter({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    change: formatter({ style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 }),
    day: (iso) => dates.format(new Date(`${iso}T00:00:00Z`)),
  };
}
