package io.factstream.eventhubs;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.registry.InMemoryRegistryStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The circuit breakers of the routes, each as its step configures it, but that a {@link CountedException} is neither a
 * failure nor a success to it. Named to the step itself, Camel would swallow the exception, and count no other one.
 */
public final class HubBreakers {

    private final List<Consumer<CircuitBreaker>> watchers = new CopyOnWriteArrayList<>();
    private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.custom()
            .withRegistryStore(new InMemoryRegistryStore<CircuitBreaker>() {
                @Override
                public CircuitBreaker computeIfAbsent(
                        String name, Function<? super String, ? extends CircuitBreaker> configured) {
                    return super.computeIfAbsent(name, wanted -> watched(configured.apply(wanted)));
                }
            })
            .build();

    private CircuitBreaker watched(CircuitBreaker configured) {
        CircuitBreaker breaker = CircuitBreaker.of(
                configured.getName(),
                CircuitBreakerConfig.from(configured.getCircuitBreakerConfig())
                        .ignoreExceptions(CountedException.class)
                        .build());
        watchers.forEach(watcher -> watcher.accept(breaker));
        return breaker;
    }

    /** Tells somebody of each that is made from now on, before it is used. */
    void watch(Consumer<CircuitBreaker> watcher) {
        watchers.add(watcher);
    }

    /** What is to be bound in Camel's registry, where the routes look for it. */
    public CircuitBreakerRegistry registry() {
        return registry;
    }
}
