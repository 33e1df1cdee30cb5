/** Messages of the catalogue. In: a message with `{placeholders}`, values. Out: text. Never: markup. */

/**
 * Fills the placeholders of a message. A placeholder without a value stays as it is.
 *
 * @param {string} message
 * @param {Readonly<Record<string, string | number>>} values
 */
export const formatMessage = (message, values) =>
  message.replace(/\{(\w+)\}/g, (placeholder, /** @type {string} */ name) =>
    String(values[name] ?? placeholder),
  );
