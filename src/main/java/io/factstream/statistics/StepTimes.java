package io.factstream.statistics;

/**
 * How long a step took: how often it was done in this session, and the seconds it took at most in half of the cases and
 * in 99 of 100, over the last minutes.
 *
 * @param mean seconds, over the session
 * @param p50 seconds
 * @param p99 seconds
 * @param max seconds, over the last minutes
 */
public record StepTimes(long count, double mean, double p50, double p99, double max) {}
