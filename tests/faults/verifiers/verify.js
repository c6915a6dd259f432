// As verify.py, with the packages of npm.
const http = require("node:http");
const { Webhook } = require("standardwebhooks");
const svix = require("svix");
const { OpenAI } = require("openai");

const client = new OpenAI({ apiKey: "none" });
const packages = {
  standardwebhooks: (body, headers, secret) =>
    new Webhook(secret).verify(body, headers),
  svix: (body, headers, secret) => new svix.Webhook(secret).verify(body, headers),
  openai: (body, headers, secret) =>
    client.webhooks.verifySignature(body.toString("utf8"), headers, secret),
};

http
  .createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", async () => {
      const verify = packages[request.url.slice(1)];
      const secret = request.headers["x-secret"];
      try {
        await verify(Buffer.concat(pieces), request.headers, secret);
        response.statusCode = 204;
      } catch {
        response.statusCode = 401;
      }
      response.end();
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
