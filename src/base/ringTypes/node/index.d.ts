/**
 * What a library's `/// <reference types="node" />` resolves to in rings that run without Node: nothing. Without it the types
 * of apache-arrow would bring `process`, `Buffer` and `node:*` into them.
 */
export {};
