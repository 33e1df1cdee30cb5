/** Names of this site's stores in the browser. All are here, so that all can be erased. */

/** Returns the name of a site's IndexedDB database. */
export const databaseName = (site: string): string => `escale:${encodeURIComponent(site)}`;

/** Returns the prefix of a site's `localStorage` keys: the unload buffers. */
export const unloadBufferPrefix = (site: string): string => `${databaseName(site)}:`;

/** Returns the name of the channel on which the site's tabs notify each other of a change. */
export const channelName = databaseName;
