import { apiPrefix } from '../schemas/routeSpec.ts';

const folder = `${apiPrefix}/docs`;

/** Absolute paths, so that the page works with and without a slash at its end. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mini Smart Grid API</title>
<link rel="icon" type="image/png" href="${folder}/favicon-32x32.png">
<link rel="stylesheet" href="${folder}/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="${folder}/swagger-ui-bundle.js"></script>
<script src="${folder}/initializer.js"></script>
</body>
</html>
`;

/** A file of its own, for the page's policy allows no script inside of it. */
export const initializer = `SwaggerUIBundle({
  url: '${apiPrefix}/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** The page may load and ask this server only. Swagger UI carries its icons as data. */
export const pagePolicy = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
} as const;
