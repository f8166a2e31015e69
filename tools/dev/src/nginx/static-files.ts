import { securityHeaders } from '@loyalnest/platform/http/security-headers';
import { limitRequests } from './limits.ts';

const types = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml', woff2: 'font/woff2' };
/** As `@fastify/static` says, and as `WidgetFiles` says. */
const dashboardTypes = {
  js: 'application/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ...types,
};
const widgetTypes = { js: 'text/javascript; charset=utf-8', json: 'application/json', ...types };

/** Names carry a hash of what is in them. */
const cacheControl = 'public, max-age=31536000, immutable';

type Kind = { location: string; headers: Readonly<Record<string, string>>; types: Readonly<Record<string, string>> };

/**
 * What browsers load, sent without any process of ours, with the headers that the one process sends. The build has
 * compressed it: after `try_files`, `$uri` names the form that was found.
 */
export function staticFiles(folder: string): string {
  const common = { ...securityHeaders, 'cache-control': cacheControl, vary: 'accept-encoding' };
  // Shops' pages load the widget's files.
  const anywhere = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
  const kinds: Kind[] = [
    { location: '/assets/', headers: common, types: dashboardTypes },
    { location: '/widget/', headers: { ...common, ...anywhere }, types: widgetTypes },
  ];
  return `    # Brotli needs no module this way.
${kinds.map((kind) => block(kind, folder)).join('\n')}

    # The widget's loader is told by points, which notes that a shop uses it.
    location = /widget/loader.js {
      ${limitRequests}
      proxy_pass http://$owner;
    }

    # Each service describes itself alone; this describes all of them.
    location = /v1/openapi.json {
${headerLines(securityHeaders, 6)}
      default_type "application/json; charset=utf-8";
      root ${folder};
      try_files /openapi.json =404;
    }

    # A file that is not there.
    location @owner {
      ${limitRequests}
      proxy_pass http://$owner;
    }`;
}

function block({ location, headers, types }: Kind, folder: string): string {
  const inner = Object.entries(types).map(
    ([ending, type]) => `      location ~ \\.${ending}$ {
        types { }
        default_type "${type}";
        try_files $uri$wanted_form $uri$second_form $uri @owner;
      }`,
  );
  return `    location ^~ ${location} {
      root ${folder};
${headerLines({ ...headers, 'content-encoding': '$form' }, 6)}
${inner.join('\n')}
      try_files /none @owner;
    }`;
}

function headerLines(headers: Readonly<Record<string, string>>, indent: number): string {
  return Object.entries(headers)
    .map(([name, value]) => `${' '.repeat(indent)}add_header ${name} ${value.startsWith('$') ? value : `"${value}"`};`)
    .join('\n');
}

/** Which forms of a file a browser takes, the smaller first, and which one was found. */
export function formMaps(): string {
  const takes = (encoding: string) => `"~*(^|,) *${encoding} *(,|$|;(?! *q=0(\\.0*)? *(,|$)))"`;
  return `  map $http_accept_encoding $wanted_form {
    default "";
    ${takes('br')} .br;
    ${takes('gzip')} .gz;
  }
  map $http_accept_encoding $second_form {
    default "";
    ${takes('gzip')} .gz;
  }
  map $uri $form {
    default "";
    ~\\.br$ br;
    ~\\.gz$ gzip;
  }`;
}
