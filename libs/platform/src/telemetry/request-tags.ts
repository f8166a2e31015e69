/** Whose request it is, for logs and traces, as far as a guard has found out. */
export function tagsOf(request: object): { merchant_id?: number; shop_domain?: string } {
  const { principal } = request as { principal?: { merchantId?: number; shopDomain?: string } };
  return {
    ...(principal?.merchantId === undefined ? {} : { merchant_id: principal.merchantId }),
    ...(principal?.shopDomain === undefined ? {} : { shop_domain: principal.shopDomain }),
  };
}
