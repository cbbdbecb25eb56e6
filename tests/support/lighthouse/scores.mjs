// Lighthouse's scores of pages: `node scores.mjs CHROMIUM CATEGORIES URL…` prints one line of JSON a page, as soon as it has it.
import * as chrome from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, categories, ...urls] = process.argv.slice(2);
const browser = await chrome.launch({ chromePath, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
try {
  for (const url of urls) {
    const { lhr } = await lighthouse(url, {
      port: browser.port,
      onlyCategories: categories.split(","),
      disableFullPageScreenshot: true,
      logLevel: "error",
    });
    const scores = Object.fromEntries(Object.values(lhr.categories).map((one) => [one.id, one.score]));
    const weighed = Object.values(lhr.categories).flatMap((one) => one.auditRefs.filter((ref) => ref.weight > 0));
    const failing = weighed.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 0.9);
    console.log(JSON.stringify({ url, error: lhr.runtimeError?.message ?? null, scores, failing: failing.map((audit) => audit.title) }));
  }
} finally {
  browser.kill();
}
