/** Wrong usage found after the command line was read: one line, exit code 2. */
export class UsageError extends Error {}
