// Sends events to a hub and receives them again, with the JavaScript SDK.
// Arguments: the connection string of the hub. Prints one JSON object.

const { EventHubConsumerClient, EventHubProducerClient, earliestEventPosition } = require("@azure/event-hubs");

const EVENTS = 500;

async function send(connectionString) {
  const producer = new EventHubProducerClient(connectionString);
  const batch = await producer.createBatch({ partitionKey: "store-7" });
  for (let n = 0; n < EVENTS; n++) {
    if (!batch.tryAdd({ body: { n }, properties: { source: "node", n } })) {
      throw new Error(`event ${n} does not fit`);
    }
  }
  await producer.sendBatch(batch);
  const partitions = await producer.getPartitionIds();
  await producer.close();
  return partitions;
}

function receive(connectionString) {
  const consumer = new EventHubConsumerClient("$Default", connectionString);
  return new Promise((resolve, reject) => {
    const received = [];
    const subscription = consumer.subscribe(
      {
        processEvents: async (events) => {
          received.push(...events);
          if (received.length >= EVENTS) {
            await subscription.close();
            await consumer.close();
            resolve(received);
          }
        },
        processError: async (error) => reject(error),
      },
      { startPosition: earliestEventPosition },
    );
  });
}

async function main(connectionString) {
  const partitions = await send(connectionString);
  const received = await receive(connectionString);
  console.log(
    JSON.stringify({
      partitions,
      numbers: received.map((event) => event.body.n),
      sequenceNumbers: received.map((event) => event.sequenceNumber),
      partitionKeys: [...new Set(received.map((event) => event.partitionKey))],
      sources: [...new Set(received.map((event) => event.properties.source))],
    }),
  );
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
