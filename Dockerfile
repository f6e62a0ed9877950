# Build: the same command line that a developer uses, without the tests, which have run before an image is made.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml pom.xml
COPY routes routes
COPY src/main src/main
COPY src/localhub src/localhub
# An image is for one platform, and of DuckDB's libraries only that platform's is kept.
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -Dmaven.test.skip=true package \
 && find target/factstream/lib -name 'libduckdb_java.so_*' ! -name "*_linux_$(dpkg --print-architecture)" -delete

FROM eclipse-temurin:17-jre
# A fixed number, so that the owner of a mounted folder can be set to it: chown 10001:10001.
RUN groupadd --gid 10001 factstream \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin factstream \
 && install --directory --owner=10001 --group=10001 --mode=0750 /state
# Owned by root: the process cannot change its own program or routes.
COPY --from=build /build/target/factstream /opt/factstream
COPY --from=build /build/target/factstream/routes /routes
RUN ln -s /opt/factstream/bin/factstream /usr/local/bin/factstream
# So that a container starts sooner.
RUN /opt/factstream/bin/archive-classes

# Mount your own routes over /routes, read-only. Left alone, the volume holds the shipped ones; where a volume is kept
# from one container to the next, it keeps the routes of the older image, so name one only for routes of your own.
ENV FACTSTREAM_ROUTES=/routes \
    FACTSTREAM_STATE_FILE=/state/factstream.db \
    FACTSTREAM_LOG_FORMAT=json \
    LANG=C.UTF-8
VOLUME /routes /state
# Should Java itself crash, its report outlives the container.
WORKDIR /state
USER 10001:10001
STOPSIGNAL SIGTERM
# A stop waits for factstream.shutdown.timeout (30s): docker stop --time=40, stop_grace_period: 40s.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 CMD ["factstream", "health"]
ENTRYPOINT ["factstream"]
CMD ["run"]
