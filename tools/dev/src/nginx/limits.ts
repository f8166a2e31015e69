/** Per caller. The dashboard asks for a dozen things when it opens, a widget for three. */
const caller = { requestsPerSecond: 50, burst: 200 };

/** Per address, whoever it says it asks for. Shopify asks for a great many shoppers from few of them. */
const address = { requestsPerSecond: 1_000, burst: 1_000 };

/**
 * Who asks too often. Shoppers come through Shopify's app proxy, from Shopify's few addresses, and are told apart by what it
 * says about them. Whether that is true is only seen behind us, and who invents a shop for each request is a new caller each
 * time: so addresses have a limit as well. Our own networks are not limited: a zone takes no empty key.
 */
export function limits(trusted: readonly string[]): string {
  return `  geo $is_trusted {
    default 0;
${trusted.map((network) => `    ${network} 1;`).join('\n')}
  }
  map $arg_signature $caller {
    "" $remote_addr;
    default "$arg_shop $arg_logged_in_customer_id $http_x_forwarded_for";
  }
  map $is_trusted $limited {
    0 $caller;
    default "";
  }
  map $is_trusted $limited_address {
    0 $binary_remote_addr;
    default "";
  }
  limit_req_zone $limited zone=requests:10m rate=${caller.requestsPerSecond}r/s;
  limit_req_zone $limited_address zone=addresses:10m rate=${address.requestsPerSecond}r/s;
  limit_req_status 429;
  limit_conn_zone $limited_address zone=sockets:10m;
  limit_conn_status 429;`;
}

/** Of addresses alone, for what is not asked on behalf of anybody. */
export const limitAddress = `limit_req zone=addresses burst=${address.burst} nodelay;`;

/** The address goes first: what it is refused for leaves no trace among callers. */
export const limitRequests = `${limitAddress}
      limit_req zone=requests burst=${caller.burst} nodelay;`;
