/** What `import "vscode"` resolves to outside the extension ring: nothing usable. */
export {};
