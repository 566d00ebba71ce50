import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behaviourFrom, behaviourText } from "../../../../test/support/behaviours.ts";
import { maskBehaviour, maskSecrets, secretValues } from "./maskSecrets.ts";

const NONE = { envValues: [] };
// Put together here, so that no scanner takes this file for a leak.
const GITHUB = `ghp_${"a1B2".repeat(9)}`;
const AWS = `AKIA${"IOSFODNN7EXAMPLE"}`;
const SLACK = `xoxb-${"123456789012"}-abcdefABCDEF`;
const JWT = `eyJhbGciOiJIUzI1NiJ9.${"eyJzdWIiOiIxMjM0NTY3ODkwIn0"}.dozjgNryP4J3jVmNHl0w5N`;

describe("what looks like a secret", () => {
  test.each<[string, string]>([
    [`push ${GITHUB} now`, "push <secret> now"],
    [`id=${AWS}`, "id=<secret>"],
    [SLACK, "<secret>"],
    [`x ${JWT}"`, 'x <secret>"'],
    [`glpat-${"x".repeat(20)}`, "<secret>"],
    ["postgres://ann:hunter2@db:5432/x", "postgres://ann:<secret>@db:5432/x"],
    ["https://token@host/x", "https://token@host/x"],
    [
      '"GET / HTTP/1.1\\r\\nAuthorization: Bearer abc.def\\r\\nHost: x"',
      '"GET / HTTP/1.1\\r\\nAuthorization: Bearer <secret>\\r\\nHost: x"',
    ],
    ["authorization=abcdef", "authorization=<secret>"],
    ['{\\"Authorization\\": \\"Basic dXNlcjpwYXNz\\"}', '{\\"Authorization\\": \\"Basic <secret>\\"}'],
    ['"Cookie: a=b; c=d\\r\\n"', '"Cookie: <secret>\\r\\n"'],
    ["DB_PASSWORD=hunter2 rest", "DB_PASSWORD=<secret> rest"],
    ['{\\"api_key\\": \\"abcd1234\\"}', '{\\"api_key\\": \\"<secret>\\"}'],
    ['["app", "--password", "hunter2", "--x"]', '["app", "--password", "<secret>", "--x"]'],
    ["--token=abc --verbose", "--token=<secret> --verbose"],
    [
      '"-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n", 99',
      '"-----BEGIN RSA PRIVATE KEY-----<secret>", 99',
    ],
    // What is no secret.
    ["PWD=/home/ann/app", "PWD=/home/ann/app"],
    ["max_tokens=1000, author: Ann", "max_tokens=1000, author: Ann"],
    ["--password --x", "--password --x"],
    ["fd<<workspace>/token.txt>", "fd<<workspace>/token.txt>"],
    ["tokenizer=fast password: ", "tokenizer=fast password: "],
  ])("%s", (text, expected) => {
    const masked = maskSecrets(text, NONE);
    expect(masked).toBe(expected);
    expect(maskSecrets(masked, NONE)).toBe(masked);
  });

  test("masking twice is masking once, and takes linear time", () => {
    const word = fc.constantFrom(
      "password",
      "=",
      '"',
      ": ",
      " ",
      "token",
      GITHUB,
      "Authorization",
      "Bearer",
      "-",
      "://",
      "@",
      "x",
      "<secret>",
      "\\n",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const once = maskSecrets(words.join(""), NONE);
        expect(maskSecrets(once, NONE)).toBe(once);
        expect(once).not.toContain(GITHUB);
      }),
      { numRuns: 500 },
    );
    for (const text of ["a://", "password", "--", "eyJ", "_", "-----BEGIN ", "a.", "cookie: "]) {
      expect(typeof maskSecrets(text.repeat(20_000), NONE)).toBe("string");
    }
  });
});

describe("values of the environment", () => {
  test("are secret by their names, long enough, and passwords of URLs", () => {
    const env = {
      GITHUB_TOKEN: "token-value-1",
      npm_config__auth: "auth-value",
      DB_PASS: "short",
      DATABASE_URL: "mysql://u:longpassword@h/d",
      PWD: "/home/ann/app",
      SSH_AUTH_SOCK: "/tmp/ssh-1234/agent",
      TOKEN_FILE: "/run/secrets/token",
      COMPAT: "compatible",
      EMPTY_SECRET: undefined,
    };
    expect(secretValues(env)).toEqual(["token-value-1", "longpassword", "auth-value"]);
  });

  const envValues = ['s3cr"et\\value', "other-secret-value"];
  test.each<[string, string]>([
    ["write(1, other-secret-value)", "write(1, <secret>)"],
    ['"s3cr\\"et\\\\value"', '"<secret>"'],
    ['"see other-secr"..., 99', '"see <secret>"..., 99'],
    ["other-secretary", "other-secretary"],
    ["other-secret-valueother-secret-value", "<secret><secret>"],
  ])("%s", (text, expected) => expect(maskSecrets(text, { envValues })).toBe(expected));
});

test("behaviours that differ in a secret only are equal when masked", () => {
  const masked = ["abcd1111", "efgh2222"].map((token) => {
    const behaviour = behaviourFrom(`sendto s token=${token}; sendto s token=other-${token}; openat a`);
    return maskBehaviour(behaviour, NONE, true);
  });
  expect(behaviourText(masked[0]!)).toBe(behaviourText(masked[1]!));
  expect(masked[0]!.shapes).toHaveLength(2);
  expect(masked[0]!.events.shape).toEqual(Int32Array.of(0, 0, 1));
});
