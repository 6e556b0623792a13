// Searches and sparse vectors of the official JavaScript client, in order; prints what it saw as one JSON object a line.
// Runs where chromadb@3.5.0 is installed: node searches.mjs HOST PORT
import { ChromaClient, GroupBy, K, Knn, MaxK, MinK, Rrf, Schema, Search, SparseVectorIndexConfig, Val } from "chromadb";

const [host, port] = process.argv.slice(2);
const client = new ChromaClient({ host, port: Number(port), ssl: false });
const schema = new Schema().createIndex(new SparseVectorIndexConfig({ bm25: false }), "terms");
const things = await client.createCollection({ name: "searched", schema, embeddingFunction: null });
await things.add({
  ids: ["a", "b", "c", "d", "e"], embeddings: [[0, 0], [1, 0], [0, 2], [3, 0], [0, 4]],
  documents: ["blue whale", "red ant", "grey fox", "blue ant", "whale"],
  metadatas: [
    { n: 1, kind: "x", terms: { indices: [1, 7], values: [1, 2] } },
    { n: 2, kind: "y", terms: { indices: [7], values: [4] } },
    { n: 3, kind: "x" },
    { n: 4, kind: "y", terms: { indices: [2], values: [1] } },
    null,
  ],
});
const near = Knn({ query: [0, 0], limit: 4 });
const words = { indices: [7], values: [1] };

const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "number") return Number(value.toPrecision(4));
  if (value && typeof value === "object") {
    // The Python client leaves out what is null.
    const members = Object.keys(value).filter((key) => key !== "#type" && value[key] != null);
    return Object.fromEntries(members.sort().map((key) => [key, plain(value[key])]));
  }
  return value;
};
const step = async (name, ...searches) => {
  let seen;
  try {
    seen = { result: plain((await things.search(searches)).rows()) };
  } catch (error) {
    seen = { error: error.message.split(" with status: ").at(-1) };
  }
  console.log(JSON.stringify({ ...seen, step: name }));
};

await step("everything", new Search().selectAll());
await step("nothing selected", new Search());
await step("nearest", new Search().rank(near).select(K.SCORE));
await step("nearest of some", new Search().where(K("n").gt(1).and(K("kind").eq("y"))).rank(near).select(K.SCORE, K.DOCUMENT));
await step("documents and ids", new Search().where(K.DOCUMENT.contains("ant").or(K.ID.isIn(["e", "z"]))).select("n", "kind"));
await step("pattern", new Search().where(K.DOCUMENT.regex("^blue").and(K.ID.notIn(["a"]))).select(K.DOCUMENT));
await step("sparse", new Search().rank(Knn({ query: words, key: "terms" })).select(K.SCORE));
await step("sparse field", new Search().where(K.ID.eq("a")).select("terms"));
await step("both", new Search().rank(near.multiply(0.5).add(Knn({ query: words, key: "terms", default: 2 }).multiply(2))).select(K.SCORE));
await step("fusion", new Search().rank(Rrf({
  ranks: [
    Knn({ query: [0, 0], returnRank: true, default: 10 }),
    Knn({ query: words, key: "terms", returnRank: true, default: 10 }),
  ],
  weights: [2, 1], k: 1,
})).select(K.SCORE));
await step("arithmetic", new Search().rank(near.subtract(10).abs().max(7).min(9.5).divide(2).exp().log().add(Val(1))).select(K.SCORE));
await step("negated", new Search().rank(near.negate()).select(K.SCORE));
await step("best of groups", new Search().rank(near).groupBy(new GroupBy([K("kind")], new MinK([K.SCORE], 1))).select(K.SCORE));
await step("last of groups", new Search().rank(near).groupBy(new GroupBy([K("kind")], new MaxK([K("n"), K.SCORE], 1))).select("n"));
await step("page", new Search().rank(near).limit(2, 1).select(K.SCORE));
await step("page of all", new Search().limit(2, 3));
await step("several", new Search().rank(near).limit(1), new Search().where(K("n").eq(3)).select(K.METADATA));
await step("another dimension", new Search().rank(Knn({ query: [1] })));
await step("no sparse index", new Search().rank(Knn({ query: words, key: "kind" })));
await step("no metadata to group by", new Search().rank(near).groupBy(new GroupBy([K.DOCUMENT], new MinK([K.SCORE], 1))));
await step("no score to group by", new Search().groupBy(new GroupBy([K("kind")], new MinK([K.SCORE], 1))));
