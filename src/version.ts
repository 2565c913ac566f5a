/** What runs here: the number in package.json, for metrics and logs. */
export const VERSION = '0.1.0';
