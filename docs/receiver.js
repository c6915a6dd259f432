// A receiver for Node 18 or later, of a department or an observer: verify, keep once,
// answer.
//
//   npm install standardwebhooks
//   SECRET=whsec_... PRODUCT=https://yibiao.example PORT=9100 node receiver.js
//
// `yibiao endpoint add` shows the secret. What came is appended to received.jsonl.

const fs = require("node:fs");
const http = require("node:http");
const { Webhook } = require("standardwebhooks");

const webhook = new Webhook(process.env.SECRET);
const product = process.env.PRODUCT || "http://127.0.0.1:8000";
const file = process.env.RECEIVED || "received.jsonl";

const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
const seen = new Set(lines.filter(Boolean).map((line) => JSON.parse(line).id));

async function receive(headers, body) {
  let event;
  try {
    event = webhook.verify(body, headers); // the bytes that were signed
  } catch {
    return [401, ""];
  }
  let data = event.data;
  if (event.type === "ping") return [200, JSON.stringify({ challenge: data.challenge })];
  const documents = ["part.ready", "part.updated"].includes(event.type);
  if (documents && data.href) data = (await call("GET", data.href, data.part)).data;
  const id = headers["webhook-id"];
  if (!seen.has(id)) {
    // The same id comes again when our answer was lost: it is kept once.
    keep(JSON.stringify({ id, type: event.type, ...data }) + "\n");
    seen.add(id);
  }
  return [204, ""];
}

function keep(line) {
  const opened = fs.openSync(file, "a", 0o600);
  fs.writeSync(opened, line);
  fs.fsyncSync(opened); // a 2xx says that it is safe here
  fs.closeSync(opened);
}

// Answer as a department: answer(data, "part.decided", {outcome: "approved"})
async function answer(data, type, more) {
  const timestamp = new Date().toISOString();
  const said = { part: data.part, digest: data.digest, ...more };
  const id = `${type.replace(".", "_")}_${data.part}_${data.seq}`;
  const body = JSON.stringify({ type, timestamp, data: said });
  return call("POST", `/api/v1/parts/${data.part}/events`, id, body);
}

async function call(method, path, id, body = "") {
  const now = new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": webhook.sign(id, now, body),
  };
  const answered = await fetch(product + path, { method, headers, body: body || undefined });
  if (!answered.ok) throw new Error(`${answered.status} ${await answered.text()}`);
  return answered.json();
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    try {
      const [status, body] = await receive(request.headers, Buffer.concat(chunks));
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    } catch (error) {
      console.error(error.message); // not safe here: it will be sent again
      response.writeHead(500).end();
    }
  });
});

module.exports = { answer, receive };
if (require.main === module) {
  server.listen(process.env.PORT || 9100, "127.0.0.1", () => console.log("listening"));
}
