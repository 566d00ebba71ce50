/**
 * Browsers cut elements off at some tens of millions of pixels (Chromium at 33,554,428; less when zoomed), which two million rows reach.
 * Above this height the scroll bar is a scaled picture of the list instead of the list itself.
 */
export const MAX_SCROLL_HEIGHT = 8_000_000;

/**
 * The position in a list of fixed-height rows whose true height may exceed what a browser can scroll.
 *
 * `top` is the truth, in list pixels. Below the limit the scroll position equals it. Above, dragging the scroll bar maps
 * proportionally, while moves smaller than a page (wheel, keys, touch) stay exact to the pixel.
 */
export class VirtualScroll {
  private rowCount = 0;
  private visibleHeight = 0;
  private position = 0;
  private lastScroll = 0;

  constructor(
    private height: number,
    private readonly maxHeight: number = MAX_SCROLL_HEIGHT,
  ) {}

  get rowHeight(): number {
    return this.height;
  }
  /** Pixels of the list that can be seen. */
  get viewport(): number {
    return this.visibleHeight;
  }
  /** Pixels of the list above the visible part. */
  get top(): number {
    return this.position;
  }
  get maxTop(): number {
    return Math.max(0, this.rowCount * this.height - this.visibleHeight);
  }
  get atEnd(): boolean {
    return this.position >= this.maxTop - 1;
  }
  /** The list is higher than the browser can scroll, so that the wheel must be handled by hand. */
  get scaled(): boolean {
    return this.rowCount * this.height > this.maxHeight;
  }
  /** Height for the element that makes the scroll bar. */
  get spacerHeight(): number {
    return Math.min(this.rowCount * this.height, this.maxHeight);
  }
  /** Where the scroll bar belongs for `top`. */
  get scrollTop(): number {
    const maxScroll = Math.max(0, this.spacerHeight - this.visibleHeight);
    return this.scaled ? (this.maxTop === 0 ? 0 : (this.position / this.maxTop) * maxScroll) : this.position;
  }
  get firstVisible(): number {
    return Math.min(Math.max(0, this.rowCount - 1), Math.floor(this.position / this.height));
  }
  /** Rows that a viewport can touch, the partial ones included. */
  get visibleCount(): number {
    return Math.min(this.rowCount - this.firstVisible, Math.ceil(this.visibleHeight / this.height) + 1);
  }

  setRowHeight(height: number): void {
    const row = this.position / this.height;
    this.height = height;
    this.moveTo(row * height);
  }
  setRows(rows: number): void {
    this.rowCount = rows;
    this.moveTo(this.position);
  }
  setViewport(height: number): void {
    this.visibleHeight = height;
    this.moveTo(this.position);
  }
  moveTo(top: number): void {
    this.position = Math.min(Math.max(0, top), this.maxTop);
  }
  moveBy(pixels: number): void {
    this.moveTo(this.position + pixels);
  }
  moveToEnd(): void {
    this.position = this.maxTop;
  }
  /** The row is in view whole. */
  shows(row: number): boolean {
    const rowTop = row * this.height;
    // Positions in long lists are not whole numbers of pixels.
    return rowTop >= this.position - 1 && rowTop + this.height <= this.position + this.visibleHeight + 1;
  }
  /** Moves as little as needed to show a row whole. */
  reveal(row: number): void {
    const rowTop = row * this.height;
    if (rowTop < this.position) this.moveTo(rowTop);
    else if (rowTop + this.height > this.position + this.visibleHeight)
      this.moveTo(rowTop + this.height - this.visibleHeight);
  }

  /** Tells where the element's scroll position was put, as the browser reads it back after rounding. */
  scrolledTo(scrollTop: number): void {
    this.lastScroll = scrollTop;
  }

  /**
   * A `scroll` event arrived.
   * @returns false when it is the echo of `scrolledTo`
   */
  onScroll(scrollTop: number): boolean {
    const moved = scrollTop - this.lastScroll;
    if (Math.abs(moved) < 0.5) return false;
    this.lastScroll = scrollTop;
    const maxScroll = Math.max(0, this.spacerHeight - this.visibleHeight);
    if (!this.scaled) this.moveTo(scrollTop);
    else if (scrollTop <= 0) this.moveTo(0);
    else if (scrollTop >= maxScroll - 1) this.moveToEnd();
    else if (Math.abs(moved) <= this.visibleHeight) this.moveBy(moved);
    else this.moveTo((scrollTop / maxScroll) * this.maxTop);
    return true;
  }
}
