import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A loadable segment: `fileSize` bytes at `offset` of the file lie at `address` in the module's own address space. */
export interface ElfSegment {
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  /** It holds code. */
  readonly executable: boolean;
}

/** What symbolising needs to know of an ELF file (elf(5)). */
export interface ElfFile {
  /** Lower-case hexadecimal GNU build-id; empty when the linker wrote none. */
  readonly buildId: string;
  readonly segments: readonly ElfSegment[];
  /** It holds DWARF itself: `.debug_info`, compressed or not. */
  readonly hasDebugInfo: boolean;
  /** File name in `.gnu_debuglink`; empty without. */
  readonly debugLink: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly inode: number;
}

const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_X = 1;
const SHT_NOTE = 7;
const NT_GNU_BUILD_ID = 3;

/** Bounds for tables of files that may be anything. */
const MAX_TABLE = 8 << 20;
const MAX_NOTES = 1 << 16;

/** Reads headers and notes; undefined for anything that is not an ELF file, damaged ones included. @throws when it cannot be opened */
export function readElf(path: string): ElfFile | undefined {
  const descriptor = openSync(path, "r");
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    const found = new ElfReader(descriptor, stats.size).read();
    return found === undefined
      ? undefined
      : { ...found, bytes: stats.size, modifiedMs: stats.mtimeMs, inode: stats.ino };
  } finally {
    closeSync(descriptor);
  }
}

/** The address, in the module's own address space, of a byte of its file; undefined outside of every segment. */
export function addressOfOffset(elf: ElfFile, offset: number): number | undefined {
  for (const segment of elf.segments) {
    if (offset >= segment.offset && offset < segment.offset + segment.fileSize) {
      return segment.address + (offset - segment.offset);
    }
  }
  return undefined;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

class ElfReader {
  private little = true;
  private wide = true;

  constructor(
    private readonly descriptor: number,
    private readonly fileSize: number,
  ) {}

  read(): Pick<ElfFile, "buildId" | "segments" | "hasDebugInfo" | "debugLink"> | undefined {
    const head = this.bytes(0, 64);
    if (head === undefined || head.getUint32(0) !== 0x7f454c46) return undefined;
    this.wide = head.getUint8(4) === 2;
    this.little = head.getUint8(5) === 1;
    const segments: ElfSegment[] = [];
    const notes: { offset: number; size: number }[] = [];
    const programTable = this.table(
      this.word(head, this.wide ? 32 : 28),
      head.getUint16(this.wide ? 54 : 42, this.little),
      head.getUint16(this.wide ? 56 : 44, this.little),
      this.wide ? 56 : 32,
    );
    for (const entry of programTable) {
      const type = entry.getUint32(0, this.little);
      const offset = this.word(entry, this.wide ? 8 : 4);
      const address = this.word(entry, this.wide ? 16 : 8);
      const fileSize = this.word(entry, this.wide ? 32 : 16);
      const flags = entry.getUint32(this.wide ? 4 : 24, this.little);
      if (type === PT_LOAD) segments.push({ offset, address, fileSize, executable: (flags & PF_X) !== 0 });
      else if (type === PT_NOTE) notes.push({ offset, size: fileSize });
    }
    const sections = this.sections(head);
    for (const section of sections) if (section.type === SHT_NOTE) notes.push(section);
    return {
      buildId: notes.map((note) => this.buildId(note.offset, note.size)).find((id) => id !== "") ?? "",
      segments,
      hasDebugInfo: sections.some(({ name, size }) => /^\.z?debug_info$/.test(name) && size > 0),
      debugLink: this.debugLink(sections),
    };
  }

  private sections(head: DataView): Section[] {
    const headers = this.table(
      this.word(head, this.wide ? 40 : 32),
      head.getUint16(this.wide ? 58 : 46, this.little),
      head.getUint16(this.wide ? 60 : 48, this.little),
      this.wide ? 64 : 40,
    );
    const names = headers[head.getUint16(this.wide ? 62 : 50, this.little)];
    if (names === undefined) return [];
    const text = this.bytes(this.word(names, this.wide ? 24 : 16), this.word(names, this.wide ? 32 : 20));
    if (text === undefined) return [];
    return headers.map((header) => ({
      name: stringAt(text, header.getUint32(0, this.little)),
      type: header.getUint32(4, this.little),
      offset: this.word(header, this.wide ? 24 : 16),
      size: this.word(header, this.wide ? 32 : 20),
    }));
  }

  private debugLink(sections: readonly Section[]): string {
    const link = sections.find(({ name }) => name === ".gnu_debuglink");
    const view = link === undefined ? undefined : this.bytes(link.offset, Math.min(link.size, 4096));
    const name = view === undefined ? "" : stringAt(view, 0);
    return name.includes("/") ? "" : name;
  }

  /** Notes are `name size, description size, type`, the name and the description, each padded to four bytes. */
  private buildId(offset: number, size: number): string {
    const view = this.bytes(offset, Math.min(size, MAX_NOTES));
    if (view === undefined) return "";
    let at = 0;
    while (at + 12 <= view.byteLength) {
      const nameSize = view.getUint32(at, this.little);
      const descriptionSize = view.getUint32(at + 4, this.little);
      const type = view.getUint32(at + 8, this.little);
      const description = at + 12 + align4(nameSize);
      const end = description + align4(descriptionSize);
      if (description + descriptionSize > view.byteLength) return "";
      if (type === NT_GNU_BUILD_ID && nameSize === 4 && stringAt(view, at + 12) === "GNU") {
        return Buffer.from(view.buffer, view.byteOffset + description, descriptionSize).toString("hex");
      }
      at = end;
    }
    return "";
  }

  private table(offset: number, entrySize: number, count: number, leastSize: number): DataView[] {
    if (entrySize < leastSize) return [];
    const view = this.bytes(offset, entrySize * count);
    if (view === undefined) return [];
    return Array.from(
      { length: count },
      (_, index) => new DataView(view.buffer, view.byteOffset + index * entrySize, entrySize),
    );
  }

  /** An address-sized field; beyond 2^53 it is no offset in any file. */
  private word(view: DataView, at: number): number {
    return this.wide ? Number(view.getBigUint64(at, this.little)) : view.getUint32(at, this.little);
  }

  private bytes(offset: number, size: number): DataView | undefined {
    if (size <= 0 || size > MAX_TABLE || offset < 0 || offset + size > this.fileSize) return undefined;
    const buffer = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(this.descriptor, buffer, filled, size - filled, offset + filled);
      if (count === 0) return undefined;
      filled += count;
    }
    return new DataView(buffer.buffer, buffer.byteOffset, size);
  }
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function stringAt(view: DataView, start: number): string {
  if (start >= view.byteLength) return "";
  const bytes = Buffer.from(view.buffer, view.byteOffset + start, view.byteLength - start);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}
