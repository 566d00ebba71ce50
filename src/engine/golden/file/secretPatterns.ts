/** What stands for a secret. Its brackets keep every pattern below from matching it again. */
export const MASK = "<secret>";

/** What words end the name of something secret: `DB_PASSWORD`, `api-key`, `githubToken`. */
const SECRET_WORD =
  "(?:password|passwd|passphrase|[_-]pwd|secret|token|credentials?|(?:api|access|secret|private|signing|encryption|auth|account)[_-]?key)";
/** A value ends at blanks, quotes, escapes and what separates values. */
const VALUE = "[^\\s\"'\\\\,;&<>()\\[\\]{}]";
/** The beginning of a word, also behind an escape of the tracer (`\\nAuthorization`). */
const WORD_START = "(?:(?<!\\w)|(?<=\\\\[nrt]))";
const SCHEME = "(?:basic|bearer|digest|negotiate|token|apikey)";

export interface SecretPattern {
  readonly id: string;
  readonly pattern: RegExp;
  /** As `String.replace` takes it. */
  readonly replacement: string;
}

/** What secrets look like, most particular first. All are linear: no nested repetition. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    id: "private-key",
    pattern: /(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)(?!<secret>)[^"<]*/g,
    replacement: `$1${MASK}`,
  },
  {
    id: "url-password",
    pattern: /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"'<>\\]{0,200}):[^\s/@"'<>\\]+@/gi,
    replacement: `$1:${MASK}@`,
  },
  {
    id: "authorization",
    pattern: new RegExp(
      `(${WORD_START}(?:proxy-)?authorization(?:\\\\?["'])?\\s{0,8}[:=]\\s{0,8}(?:\\\\?["'])?(?:${SCHEME}\\s{1,8})?)(?!${SCHEME}\\s)${VALUE}+`,
      "gi",
    ),
    replacement: `$1${MASK}`,
  },
  {
    id: "cookie",
    pattern: /((?:set-)?cookie["']?\s{0,8}:\s{0,8})(?!<secret>)[^\s"'\\<>][^"'\\<>\r\n]*/gi,
    replacement: `$1${MASK}`,
  },
  { id: "aws", pattern: /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA)[A-Z0-9]{16}\b/g, replacement: MASK },
  { id: "github", pattern: /(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})/g, replacement: MASK },
  { id: "gitlab", pattern: /glpat-[\w-]{20,255}/g, replacement: MASK },
  { id: "slack", pattern: /xox[abeoprs]-[A-Za-z0-9-]{10,255}/g, replacement: MASK },
  { id: "slack-hook", pattern: /(hooks\.slack\.com\/services\/)[\w/]{20,255}/g, replacement: `$1${MASK}` },
  { id: "google", pattern: /\bAIza[\w-]{35}/g, replacement: MASK },
  { id: "stripe", pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g, replacement: MASK },
  { id: "package-registry", pattern: /(?:npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,255})/g, replacement: MASK },
  { id: "model-service", pattern: /\b(?:sk-[\w-]{20,255}|hf_[A-Za-z0-9]{30,255})/g, replacement: MASK },
  { id: "jwt", pattern: /(?:(?<!\w)|(?<=\\[nrt]))eyJ[\w-]{10,4000}\.eyJ[\w-]{10,4000}\.[\w-]*/g, replacement: MASK },
  {
    // `--password hunter2`, and as strace prints lists: `"--password", "hunter2"`.
    id: "option",
    pattern: new RegExp(`(--?[\\w-]{0,60}${SECRET_WORD}(?:=|["']?,?\\s{1,8}["']?))(?!-)${VALUE}+`, "gi"),
    replacement: `$1${MASK}`,
  },
  {
    id: "named-value",
    pattern: new RegExp(`(${SECRET_WORD}(?:\\\\?["'])?\\s{0,8}[:=]\\s{0,8}(?:\\\\?["'])?)${VALUE}{4,}`, "gi"),
    replacement: `$1${MASK}`,
  },
];
