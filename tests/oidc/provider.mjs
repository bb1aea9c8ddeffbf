// A real OpenID provider, with its own login pages, for the tests. Its one addition: it can be told to answer as a
// provider must not (POST /twist), signing what it says with its own key, so that each check of ours meets its case.
//
// node provider.mjs BACK        BACK: the address of the pages under test. Prints its own address when it is ready.

import http from "node:http";

import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from "jose";
import Provider from "oidc-provider";

const [back] = process.argv.slice(2);
const newKey = async (kid) => {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
};
const ours = await newKey("ours");
const others = await newKey("others");
const client = (id) => ({
  client_id: id,
  client_secret: `secret of ${id}: +/%`,
  redirect_uris: [`${back}/inn/oidc/tilbake`],
  post_logout_redirect_uris: [`${back}/inn`],
  response_types: ["code"],
  grant_types: ["authorization_code"],
});

let twist = {};

const server = http.createServer((request, response) => {
  if (request.url !== "/twist") return answer(request, response);
  let sent = "";
  request.on("data", (part) => { sent += part; });
  request.on("end", () => { twist = JSON.parse(sent); response.end("{}"); });
});
let answer = (request, response) => response.end();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client("fagtraad"), client("another")],
    jwks: { keys: [ours] },
    cookies: { keys: ["for the tests alone"] },
    claims: { openid: ["sub"], profile: ["oid", "name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false, // as Entra ID does it: claims stand in the id token
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, oid: `oid-${id}`, name: "Aldri Brukt", email: `${id}@example.no`, email_verified: id !== "uverifisert" }),
    }),
  });
  provider.use(async (context, next) => {
    if (twist.down && context.path === "/token") return context.req.socket.destroy();
    if (twist.issuer && context.path.startsWith("/.well-known")) {
      await next();
      context.body = { ...context.body, issuer: twist.issuer };
      return undefined;
    }
    await next();
    if (context.path === "/token" && context.body?.id_token && twist.claims) context.body = { ...context.body, id_token: await twisted(context.body) };
    return undefined;
  });
  answer = provider.callback();
  process.stdout.write(`${issuer}\n`);
});

/** The same token with other claims, signed as `twist.sign` says. */
async function twisted({ id_token: before }) {
  const claims = { ...decodeJwt(before), ...twist.claims };
  for (const name of twist.without ?? []) delete claims[name];
  if (twist.sign === "none") return new UnsecuredJWT(claims).encode();
  if (twist.sign === "secret") {
    return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(client("fagtraad").client_secret));
  }
  const key = twist.sign === "others" ? others : ours;
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(await importJWK(key, "RS256"));
}
