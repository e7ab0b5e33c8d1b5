// An archive cannot be read, or holds what has no place in a release.
export class BadTar extends Error {}
