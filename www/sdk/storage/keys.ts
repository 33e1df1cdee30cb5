/** The names under which this site's things lie in the visitor's browser; all of them, so that all can be erased. */

/** The IndexedDB database of a site. */
export const databaseName = (site: string): string => `escale:${encodeURIComponent(site)}`;

/** The prefix of a site's `localStorage` keys: tails of documents. */
export const unloadBufferPrefix = (site: string): string => `${databaseName(site)}:`;

/** The channel on which the site's tabs tell each other to look at the store again. */
export const channelName = databaseName;
