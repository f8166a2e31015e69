/** Per caller. The dashboard asks for a dozen things when it opens, a widget for three. */
const requestsPerSecond = 50;

/**
 * Who asks too often. Shoppers come through Shopify's app proxy, from Shopify's few addresses, and are told apart by what it
 * says about them; whether that is true is seen behind us. Our own networks are not limited: a zone takes no empty key.
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
  limit_req_zone $limited zone=requests:10m rate=${requestsPerSecond}r/s;
  limit_req_status 429;
  limit_conn_zone $limited_address zone=sockets:10m;
  limit_conn_status 429;`;
}
