/** Numbers and days as people of a language write them. Comes in: a language; goes out: functions from numbers to text. */

/**
 * @typedef {{
 *   count: (n: number) => string, percent: (share: number | null) => string, points: (share: number | null) => string,
 *   money: (sum: number | null) => string, change: (part: number | null) => string, day: (iso: string) => string,
 * }} Format
 *
 * @param {string} language @param {import("./words.js").Words} said @returns {Format}
 */
export function format(language, said) {
  const written = (/** @type {Intl.NumberFormatOptions} */ options) => {
    const numbers = new Intl.NumberFormat(language, options);
    return (/** @type {number | null} */ n) =>
      n === null ? (said["none"] ?? "") : numbers.format(n);
  };
  const plain = written({ maximumFractionDigits: 0 });
  const percent = written({ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const signed = written({ signDisplay: "exceptZero", maximumFractionDigits: 2 });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  return {
    count: plain,
    percent,
    points: (share) => (share === null ? signed(null) : `${signed(share * 100)} ${said["points"]}`),
    money: written({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    change: written({ style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 }),
    day: (iso) => dates.format(new Date(`${iso}T00:00:00Z`)),
  };
}
