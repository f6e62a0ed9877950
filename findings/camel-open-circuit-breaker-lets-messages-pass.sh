#!/usr/bin/env bash
# Camel 4.18.0 (camel-core, camel-resilience4j), a circuitBreaker without onFallback around a step that always fails.
# Guess: while the breaker is open, a message is refused with an exception, as resilience4j itself does it.
# Seen:  the first messages fail until the breaker opens; then the steps behind it run for each message as if it had been
#        delivered, without an exception, a log line or a failed exchange. Only the exchange property
#        CamelCircuitBreakerResponseRejected tells, or the option throwExceptionWhenHalfOpenOrOpenState, which is false.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>seen</groupId>
  <artifactId>seen</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.camel</groupId><artifactId>camel-core</artifactId><version>4.18.0</version></dependency>
    <dependency><groupId>org.apache.camel</groupId><artifactId>camel-resilience4j</artifactId><version>4.18.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory="$work/lib"
cat > "$work/Seen.java" <<'JAVA'
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

public class Seen {
    public static void main(String[] arguments) throws Exception {
        show("by default:                           ", false);
        show("throwExceptionWhenHalfOpenOrOpenState:", true);
    }

    private static void show(String what, boolean throwWhenOpen) throws Exception {
        AtomicInteger tried = new AtomicInteger();
        AtomicInteger behind = new AtomicInteger();
        int failed = 0;
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .circuitBreaker()
                            .resilience4jConfiguration()
                            .minimumNumberOfCalls(3)
                            .slidingWindowSize(3)
                            .failureRateThreshold(50)
                            .waitDurationInOpenState(600)
                            .throwExceptionWhenHalfOpenOrOpenState(throwWhenOpen)
                            .end()
                            .process(exchange -> {
                                tried.incrementAndGet();
                                throw new java.io.IOException("refused");
                            })
                            .end()
                            .process(exchange -> behind.incrementAndGet());
                }
            });
            context.start();
            try (FluentProducerTemplate template = context.createFluentProducerTemplate()) {
                for (int i = 0; i < 10; i++) {
                    Exchange answer = template.to("direct:in").withBody(i).send();
                    failed += answer.isFailed() ? 1 : 0;
                }
            }
        }
        System.out.println(what + " 10 messages, " + tried + " tried, " + failed + " failed, " + behind + " went on");
    }
}
JAVA
cat > "$work/expected" <<'TEXT'
by default:                            10 messages, 3 tried, 3 failed, 7 went on
throwExceptionWhenHalfOpenOrOpenState: 10 messages, 3 tried, 10 failed, 0 went on
TEXT
cd "$work"
java -cp "$work/lib/*" Seen.java | tee seen
diff expected seen && echo "as it was seen"
