// Contender (b): nodemailer's pooled transport, fed as its manual says, without DKIM and without any state.
// It keeps to the protocol of benchmarks/processes.py; the order names the folder that nodemailer is installed in.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const order = JSON.parse(process.argv.at(-1));
const nodemailer = createRequire(order.modules + "/")("nodemailer");
const words = JSON.parse(readFileSync(order.sample, "utf8"));

const pool = nodemailer.createTransport({
  pool: true,
  host: "127.0.0.1",
  port: order.port,
  secure: false,
  ignoreTLS: true,
  maxConnections: order.connections,
  maxMessages: Infinity,
});

function mailTo(number) {
  const values = { name: `Gauge Keepers of Village ${String(number).padStart(7, "0")}` };
  for (let place = 0; place < words.tokens; place += 1) {
    values[`token${place}`] = number.toString(16).padStart(43, "abcdefghij"[place]);
  }
  const fill = (text) => text.replace(/\{\{(\w+)\}\}/g, (_, key) => values[key]);
  return {
    from: words.sender,
    to: `office${String(number).padStart(7, "0")}@district${number % 40}.example`,
    replyTo: words.reply_to,
    subject: fill(words.subject),
    text: fill(words.text),
    html: fill(words.html),
    headers: { "List-Unsubscribe": { prepared: true, value: fill(words.unsubscribe) } },
  };
}

function work() {
  return new Promise((resolve, reject) => {
    let next = 0;
    let sent = 0;
    let bytes = 0;
    const feed = () => {
      while (next < order.count && pool.isIdle()) {
        pool.sendMail(mailTo(next), (error, told) => {
          if (error) {
            reject(error);
            return;
          }
          bytes += told.messageSize ?? 0;
          sent += 1;
          if (sent === order.count) {
            resolve({ bytes });
          }
        });
        next += 1;
      }
    };
    pool.on("idle", feed);
    feed();
  });
}

const input = createInterface({ input: process.stdin });
input.once("line", async () => {
  const told = await work();
  pool.close();
  console.log(`done ${JSON.stringify(told)}`);
});
input.once("close", () => process.exit(0));
console.log("ready");
