/** What the process that tells a story says of it, a line each. */
export type StoryLine =
  | { readonly step: 'schema'; readonly migrations: number }
  /** A morning of the story, and how much of it has passed then. */
  | { readonly step: 'history'; readonly on: string; readonly percent: number }
  | { readonly step: 'told'; readonly accounts: number; readonly facts: number };
