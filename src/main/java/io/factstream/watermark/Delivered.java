package io.factstream.watermark;

/**
 * How many rows of a stream were delivered at or below its watermark, in total.
 *
 * @param revision changes whenever the counts are taken anew or mended, and never comes again; advances keep it
 * @param position the watermark that the counts belong to
 * @param rows how many rows were delivered
 * @param rowsWithin how many of them hold the watermark's own value, while it is passed in part only; 0 when the
 *     position is whole
 */
public record Delivered(long revision, Watermark position, long rows, long rowsWithin) {}
