package io.factstream.stream;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What a value of a query depends on besides the rows that it is made of, and which way it goes.
 *
 * @param ways how it goes as time passes and as rows come, as bits of the constants below
 * @param chance whether it is another one at each reading
 * @param origins the columns of tables that it is made of
 */
record Movement(int ways, boolean chance, Set<String> origins) {

    /** Rises as time passes; of a condition: becomes true. */
    static final int RISES = 1;
    /** Falls as time passes; of a condition: becomes false. */
    static final int FALLS = 2;
    /** Depends on the present time, it cannot be told which way. */
    static final int UNSURE = 4;
    /** Rises as rows come. */
    static final int RISES_WITH_ROWS = 8;
    /** Falls as rows come. */
    static final int FALLS_WITH_ROWS = 16;
    /** Is looked up, so that it may be another one once rows have changed. */
    static final int LOOKED_UP = 32;
    /** Is made of several rows, of which some leave as time passes. */
    static final int DRIFTS = 64;

    /** All that depends on the present time by itself. */
    static final int OF_TIME = RISES | FALLS | UNSURE;

    static final Movement NONE = new Movement(0, false, Set.of());

    Movement {
        origins = Set.copyOf(origins);
    }

    static Movement ofTime(int way) {
        return new Movement(way, false, Set.of());
    }

    static Movement ofColumn(String origin) {
        return new Movement(0, false, Set.of(origin));
    }

    boolean is(int way) {
        return (ways & way) != 0;
    }

    Movement with(int way) {
        return new Movement(ways | way, chance, origins);
    }

    Movement only(int mask) {
        return new Movement(ways & mask, chance, origins);
    }

    Movement byChance() {
        return new Movement(ways, true, origins);
    }

    /** The other way round, as of a difference's second part or of a condition that is negated. */
    Movement flipped() {
        int flipped = ways & ~(RISES | FALLS | RISES_WITH_ROWS | FALLS_WITH_ROWS);
        flipped |= is(RISES) ? FALLS : 0;
        flipped |= is(FALLS) ? RISES : 0;
        flipped |= is(RISES_WITH_ROWS) ? FALLS_WITH_ROWS : 0;
        flipped |= is(FALLS_WITH_ROWS) ? RISES_WITH_ROWS : 0;
        return new Movement(flipped, chance, origins);
    }

    /** That of a value made of several of which each counts for itself, such as the parts of a condition. */
    static Movement all(Collection<Movement> parts) {
        int ways = 0;
        boolean chance = false;
        Set<String> origins = new HashSet<>();
        for (Movement part : parts) {
            ways |= part.ways;
            chance |= part.chance;
            origins.addAll(part.origins);
        }
        return new Movement(ways, chance, origins);
    }

    /** That of a value that grows with each of several: where they go against each other it cannot be told. */
    static Movement sum(Collection<Movement> parts) {
        Movement all = all(parts);
        int ways = all.ways;
        if (all.is(RISES) && all.is(FALLS)) {
            ways = (ways & ~(RISES | FALLS)) | UNSURE;
        }
        if (all.is(RISES_WITH_ROWS) && all.is(FALLS_WITH_ROWS)) {
            ways &= ~(RISES_WITH_ROWS | FALLS_WITH_ROWS);
        }
        return new Movement(ways, all.chance, all.origins);
    }

    /** That of a value made of several, nobody knows how. */
    static Movement mixed(Collection<Movement> parts) {
        Movement all = all(parts);
        int ways = all.ways & DRIFTS;
        return new Movement(all.is(OF_TIME) ? ways | UNSURE : ways, all.chance, all.origins);
    }
}
