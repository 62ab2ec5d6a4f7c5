import { InputError, show } from "../../core/errors.ts";

/** Where an instrument listens. */
export interface TcpAddress {
  /** A name or an address, IPv6 without brackets. */
  readonly hostname: string;
  /** From 1 to 65535. */
  readonly port: number;
}

/** The port that IANA gave to SCPI over TCP. */
const SCPI_PORT = 5025;

/**
 * Reads `tcp://host:port`; the port is 5025, SCPI's own, when left out.
 *
 * @throws InputError for anything else
 *
 * @example
 * ```ts
 * import { parseTcpAddress } from "./tcp_address.ts";
 * console.assert(parseTcpAddress("tcp://10.0.0.7").port === 5025);
 * ```
 */
export function parseTcpAddress(text: string): TcpAddress {
  const found = /^tcp:\/\/(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?\/?$/i.exec(text);
  const hostname = found?.[1] ?? found?.[2], port = Number(found?.[3] ?? SCPI_PORT);
  if (hostname !== undefined && port > 0 && port < 65536) return { hostname, port };
  const allowed = "tcp://host:port";
  throw InputError.at("address", `an address is ${allowed}; received ${show(text)}`, text, allowed);
}
