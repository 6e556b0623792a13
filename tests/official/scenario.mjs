// Operations of the official JavaScript client, in order; prints what it saw as one JSON object a line.
// Runs where chromadb@3.5.0 is installed: node scenario.mjs HOST PORT
import {
  AdminClient, ChromaClient, FtsIndexConfig, IntInvertedIndexConfig, Schema, StringInvertedIndexConfig,
} from "chromadb";

const [host, port] = process.argv.slice(2);
const client = new ChromaClient({ host, port: Number(port), ssl: false });
const admin = new AdminClient({ host, port: Number(port), ssl: false });

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "number") return Number(value.toPrecision(4));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  }
  return value === undefined ? null : value;
};
const step = async (name, action) => {
  let seen;
  try {
    seen = { result: sorted(JSON.parse(JSON.stringify((await action()) ?? null))) };
  } catch (error) {
    seen = { error: error.constructor.name };
  }
  console.log(JSON.stringify({ ...seen, step: name }));
};

await step("version", () => client.version());
await step("create tenant", () => admin.createTenant({ name: "acme" }));
await step("create database", () => admin.createDatabase({ name: "books", tenant: "acme" }));
await step("unknown database", () => admin.getDatabase({ name: "nothing", tenant: "acme" }));
await step("delete database", () => admin.deleteDatabase({ name: "books", tenant: "acme" }));
const things = await client.createCollection({
  name: "things", metadata: { a: 1 }, embeddingFunction: null, configuration: { hnsw: { space: "cosine" } },
});
await step("metadata", () => things.metadata);
await step("again", () => client.createCollection({ name: "things", embeddingFunction: null }));
await step("unknown", () => client.getCollection({ name: "nothing", embeddingFunction: null }));
await step("add", () => things.add({
  ids: ["a", "b", "c"], embeddings: [[1, 0, 0], [0, 1, 0], [0, 0.5, 1]], documents: ["blue whale", "red ant", "blue ant"],
  metadatas: [{ n: 1, t: "x" }, { n: 2, y: true }, { n: 3 }],
}));
await step("count", () => things.count());
await step("get", () => things.get({ include: ["documents", "metadatas", "embeddings"] }));
await step("where", () => things.get({ where: { n: { $gte: 2 } }, include: [] }));
await step("document", () => things.get({ whereDocument: { $contains: "ant" }, include: [] }));
await step("peek", () => things.peek({ limit: 1 }));
await step("query", () => things.query({ queryEmbeddings: [[1, 0.2, 0]], nResults: 2 }));
await step("another dimension", () => things.query({ queryEmbeddings: [[1, 2]] }));
await step("update", () => things.update({ ids: ["a"], documents: ["new"], embeddings: [[0.5, 0, 0]], metadatas: [{ m: 9 }] }));
await step("upsert", () => things.upsert({ ids: ["d"], documents: ["four"], embeddings: [[0, 1, 1]] }));
await step("after", () => things.get({ ids: ["a", "d"] }));
await step("delete", () => things.delete({ ids: ["b"] }));
await step("modify", () => things.modify({ name: "objects", metadata: { z: 1 } }));
await step("list", async () => (await client.listCollections()).map((found) => found.name));
await step("fork", async () => (await (await things.fork({ name: "copy" })).get({ include: [] })).ids);
const schema = new Schema().deleteIndex(new IntInvertedIndexConfig(), "n").deleteIndex(new StringInvertedIndexConfig());
schema.deleteIndex(new FtsIndexConfig(), "#document").createIndex(new StringInvertedIndexConfig(), "t");
const switched = await client.createCollection({ name: "switched", schema, embeddingFunction: null });
await step("switched add", () => switched.add({
  ids: ["a", "b"], embeddings: [[1, 0], [0, 1]], documents: ["blue whale", "red ant"],
  metadatas: [{ n: 1, f: 1.5, t: "x", u: "x" }, { n: 2, f: 2.5, t: "y" }],
}));
for (const where of [{ n: 1 }, { n: { $ne: 1 } }, { u: "x" }, { t: "x" }, { f: { $gt: 1.75 } }, { $or: [{ t: "x" }, { n: 2 }] }]) {
  await step(`switched where ${JSON.stringify(where)}`, () => switched.get({ where, include: [] }));
  await step(`switched query ${JSON.stringify(where)}`, () => switched.query({ queryEmbeddings: [[1, 0]], where, include: [] }));
}
await step("switched document", () => switched.get({ whereDocument: { $contains: "ant" } }));
await step("switched left", () => switched.get({ include: ["metadatas", "documents", "embeddings"] }));
await step("collections", async () => (await client.countCollections()) > 0);
await step("delete collection", () => client.deleteCollection({ name: "objects" }));
await step("gone", () => things.count());
