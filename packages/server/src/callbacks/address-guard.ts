import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** An address of a host that callbacks may go to. */
export interface PinnedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Keeps callbacks from reaching what only the server can reach. */
export interface AddressGuard {
  /** Whether an address that is written as numbers may be reached; names are not looked up here. */
  mayAsk(url: URL): boolean;
  /**
   * Looks a host up and answers the one address to connect to: connecting to a name could look it up anew, and get another
   * answer.
   *
   * @throws Error when the name is not known, or any of its addresses is not one that callbacks may go to
   */
  pin(url: URL): Promise<PinnedAddress>;
}

type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** What is routed on the internet: all other IPv6 space is special, reserved or not given out. */
const ROUTED_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Lets callbacks go to addresses of the public internet, and to what is allowed besides.
 *
 * @param allow host names, whatever they resolve to; addresses; networks such as 10.0.0.0/8
 * @param resolve for tests
 */
export function createAddressGuard(allow: readonly string[], resolve: typeof lookupAll = lookupAll): AddressGuard {
  const networks = allow.map(networkOf).filter((network) => network !== null);
  const names = new Set(allow.filter((entry) => networkOf(entry) === null).map((entry) => entry.toLowerCase()));

  function isAllowed(address: string): boolean {
    // An IPv4 address in the clothes of an IPv6 one is judged as what it is.
    const parsed = ipaddr.process(address);
    return isPublic(parsed) || networks.some((network) => isWithin(parsed, network));
  }

  return {
    mayAsk(url) {
      const host = hostOf(url);
      return isIP(host) === 0 || names.has(host) || isAllowed(host);
    },
    async pin(url) {
      const host = hostOf(url);
      const found = isIP(host) === 0 ? await resolve(host) : [{ address: host, family: isIP(host) }];
      const [first] = found;
      if (first === undefined) throw new Error("its name has no address");
      if (!names.has(host) && !found.every(({ address }) => isAllowed(address))) {
        throw new Error("it is at an address that callbacks may not go to");
      }
      return { address: first.address, family: first.family === 6 ? 6 : 4 };
    },
  };
}

async function lookupAll(host: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
  return await lookup(host, { all: true });
}

/** The host of an address, without the brackets of IPv6 and the dot that ends a full name. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || isWithin(address, ROUTED_IPV6);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function networkOf(entry: string): Network | null {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  if (isIP(entry) === 0) return null;
  const address = ipaddr.process(entry);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
