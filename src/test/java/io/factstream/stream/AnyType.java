package io.factstream.stream;

import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Decimal;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.Scalar;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A DuckDB type that makes values of itself, each as SQL and as what its JSON has to say.
 *
 * <p>It draws from a {@link Random} of jqwik rather than from arbitraries: comparing deeply nested arbitraries, which
 * jqwik does to remember them, takes hours.
 *
 * @param sql the type as SQL
 * @param parsed the type as it should be parsed
 * @param notNull makes a value
 */
record AnyType(String sql, DuckDbType parsed, Function<Random, AnyType.Value> notNull) {

    /**
     * A value.
     *
     * @param sql an expression that yields it
     * @param json null, Boolean, String, BigInteger, BigDecimal, Double, Float, or a List or Map of these
     */
    record Value(String sql, @Nullable Object json) {}

    private record Named(String name, AnyType type) {

        String sql() {
            return Sql.name(name) + " " + type.sql();
        }

        Field field() {
            return new Field(name, type.parsed());
        }
    }

    private static final DateTimeFormatter SQL_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");
    private static final DateTimeFormatter JSON_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");
    private static final String ODD = " abc\"'()[],:é\n$";
    private static final String ENUM = "ENUM('it''s', 'a\"b', ')')";

    /** A value, one in eight times NULL. */
    Value value(Random random) {
        return random.nextInt(8) == 0 ? new Value("NULL::" + sql, null) : notNull.apply(random);
    }

    /** A type nested up to {@code depth} deep. */
    static AnyType random(Random random, int depth) {
        if (depth == 0) {
            return flat(random);
        }
        Supplier<AnyType> part = () -> random(random, depth - 1);
        return switch (random.nextInt(11)) {
            case 0 -> sequence(part.get(), "[]", 3);
            case 1 -> sequence(part.get(), "[2]", 2);
            case 2, 3 -> structOf(fields(random, part));
            case 4 -> unionOf(fields(random, part));
            case 5 -> tupleOf(Stream.generate(part).limit(1 + random.nextInt(3)).toList());
            case 6 -> mapOf(part.get());
            case 7 -> structOf(List.of());
            default -> flat(random);
        };
    }

    private static AnyType flat(Random random) {
        return switch (random.nextInt(16)) {
            case 0 -> flat("BOOLEAN", r -> truth(r.nextBoolean()));
            case 1 -> flat("BIGINT", r -> integer(BigInteger.valueOf(r.nextLong())));
            case 2 -> flat("UTINYINT", r -> integer(BigInteger.valueOf(r.nextInt(256))));
            case 3 -> flat("HUGEINT", r -> integer(signed(r, 127)));
            case 4 -> flat("UHUGEINT", r -> integer(new BigInteger(128, r)));
            case 5 -> flat("BIGNUM", r -> integer(signed(r, 300)));
            case 6 -> flat("DOUBLE", AnyType::real);
            case 7 -> flat("FLOAT", AnyType::single);
            case 8 -> flat("DATE", AnyType::date);
            case 9 -> flat("TIMESTAMP", r -> time(r, "TIMESTAMP", ""));
            case 10 ->
                new AnyType("TIMESTAMPTZ", new Scalar("TIMESTAMP WITH TIME ZONE"), r -> time(r, "TIMESTAMPTZ", "+00"));
            case 11 -> flat("BLOB", AnyType::blob);
            case 12 -> flat("UUID", AnyType::uuid);
            case 13 -> new AnyType(ENUM, new Scalar("ENUM"), AnyType::label);
            case 14 -> decimal(random);
            default -> flat("VARCHAR", r -> text(r, 12));
        };
    }

    private static AnyType flat(String name, Function<Random, Value> values) {
        return new AnyType(name, new Scalar(name), values);
    }

    private static Value truth(Boolean truth) {
        return new Value(truth.toString(), truth);
    }

    private static Value integer(BigInteger number) {
        return new Value("'" + number + "'", number);
    }

    private static BigInteger signed(Random random, int bits) {
        BigInteger number = new BigInteger(random.nextInt(bits + 1), random);
        return random.nextBoolean() ? number : number.negate();
    }

    private static Value real(Random random) {
        double number = Double.longBitsToDouble(random.nextLong());
        double finite = Double.isFinite(number) ? number : random.nextInt(100) / 8.0;
        return new Value("'" + finite + "'::DOUBLE", finite);
    }

    private static Value single(Random random) {
        float number = Float.intBitsToFloat(random.nextInt());
        float finite = Float.isFinite(number) ? number : random.nextInt(100) / 8.0f;
        return new Value("'" + finite + "'::FLOAT", finite);
    }

    private static AnyType decimal(Random random) {
        int width = 1 + random.nextInt(38);
        int scale = random.nextInt(3) == 0 ? width : random.nextInt(width + 1);
        String type = "DECIMAL(" + width + "," + scale + ")";
        return new AnyType(type, new Decimal(width, scale), r -> {
            BigDecimal number = new BigDecimal(signed(r, 127).remainder(BigInteger.TEN.pow(width)), scale);
            return new Value("'" + number.toPlainString() + "'::" + type, number);
        });
    }

    /** Every character but NUL, which no SQL text may hold, and halves of one. */
    private static Value text(Random random, int longest) {
        String text = IntStream.range(0, random.nextInt(longest + 1))
                .map(i -> switch (random.nextInt(4)) {
                    case 0 -> 0x80 + random.nextInt(0xd800 - 0x80);
                    case 1 -> 0x10000 + random.nextInt(0x100000);
                    default -> 1 + random.nextInt(127);
                })
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        return new Value(Sql.text(text), text);
    }

    private static Value label(Random random) {
        String label = List.of("it's", "a\"b", ")").get(random.nextInt(3));
        return new Value(Sql.text(label) + "::" + ENUM, label);
    }

    private static Value date(Random random) {
        LocalDate date = LocalDate.of(1, 1, 1).plusDays(random.nextInt(3_652_059));
        return new Value("DATE '" + date + "'", date.toString());
    }

    private static Value time(Random random, String type, String zone) {
        var time = Instant.parse("0001-01-01T00:00:00Z")
                .plus(random.nextInt(3_652_059), ChronoUnit.DAYS)
                .plus((random.nextLong() >>> 1) % 86_400_000_000L, ChronoUnit.MICROS)
                .atOffset(ZoneOffset.UTC);
        return new Value("'" + SQL_TIME.format(time) + zone + "'::" + type, JSON_TIME.format(time));
    }

    private static Value blob(Random random) {
        byte[] bytes = new byte[random.nextInt(9)];
        random.nextBytes(bytes);
        return new Value(
                "unhex('" + HexFormat.of().formatHex(bytes) + "')",
                Base64.getEncoder().encodeToString(bytes));
    }

    private static Value uuid(Random random) {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        return new Value("'" + id + "'::UUID", id);
    }

    private static AnyType sequence(AnyType element, String brackets, int longest) {
        String type = element.sql() + brackets;
        return new AnyType(type, new ListOf(element.parsed()), random -> {
            int length = brackets.equals("[]") ? random.nextInt(longest + 1) : longest;
            List<Value> some =
                    Stream.generate(() -> element.value(random)).limit(length).toList();
            return new Value("[" + sql(some) + "]::" + type, json(some));
        });
    }

    private static AnyType tupleOf(List<AnyType> elements) {
        String type = elements.stream().map(AnyType::sql).collect(Collectors.joining(", ", "TUPLE(", ")"));
        List<DuckDbType> parsed = elements.stream().map(AnyType::parsed).toList();
        return new AnyType(type, new TupleOf(parsed), random -> {
            List<Value> some =
                    elements.stream().map(element -> element.value(random)).toList();
            return new Value("row(" + sql(some) + ")::" + type, json(some));
        });
    }

    private static List<Named> fields(Random random, Supplier<AnyType> part) {
        Map<String, Named> fields = new LinkedHashMap<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            String name = IntStream.rangeClosed(0, random.nextInt(4))
                    .mapToObj(at -> String.valueOf(ODD.charAt(random.nextInt(ODD.length()))))
                    .collect(Collectors.joining());
            fields.put(name, new Named(name, part.get()));
        }
        return List.copyOf(fields.values());
    }

    private static AnyType structOf(List<Named> fields) {
        String type = "STRUCT" + parts(fields);
        List<Field> parsed = fields.stream().map(Named::field).toList();
        return new AnyType(type, new StructOf(parsed), random -> {
            List<String> parts = new ArrayList<>();
            Map<String, Object> json = new LinkedHashMap<>();
            for (Named field : fields) {
                Value value = field.type().value(random);
                parts.add(Sql.text(field.name()) + ": " + value.sql());
                if (value.json() != null) {
                    json.put(field.name(), value.json());
                }
            }
            return new Value("{" + String.join(", ", parts) + "}::" + type, json);
        });
    }

    private static AnyType unionOf(List<Named> members) {
        String type = "UNION" + parts(members);
        List<Field> parsed = members.stream().map(Named::field).toList();
        return new AnyType(type, new UnionOf(parsed), random -> {
            Named member = members.get(random.nextInt(members.size()));
            Value value = member.type().value(random);
            String tagged = Sql.name(member.name()) + " := " + value.sql() + "::"
                    + member.type().sql();
            return new Value("union_value(" + tagged + ")::" + type, value.json());
        });
    }

    private static AnyType mapOf(AnyType value) {
        String type = "MAP(VARCHAR, " + value.sql() + ")";
        return new AnyType(type, new MapOf(new Scalar("VARCHAR"), value.parsed()), random -> {
            Map<String, Value> entries = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                entries.put(String.valueOf(text(random, 3).json()), value.value(random));
            }
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            entries.forEach((key, entry) -> json.put(key, entry.json()));
            String pairs = entries.entrySet().stream()
                    .map(entry ->
                            Sql.text(entry.getKey()) + ": " + entry.getValue().sql())
                    .collect(Collectors.joining(", "));
            return new Value("MAP {" + pairs + "}::" + type, json);
        });
    }

    private static String parts(List<Named> fields) {
        return fields.isEmpty() ? "" : fields.stream().map(Named::sql).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String sql(List<Value> values) {
        return values.stream().map(Value::sql).collect(Collectors.joining(", "));
    }

    private static List<@Nullable Object> json(List<Value> values) {
        List<@Nullable Object> json = new ArrayList<>();
        values.forEach(value -> json.add(value.json()));
        return json;
    }
}
