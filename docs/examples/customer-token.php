<?php
// The token that ties a visitor to a customer, signed by a back end in PHP.

function part(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

function customer_token(string $customer, array $also = []): string
{
    $claims = ['sub' => $customer, 'also' => $also, 'aud' => getenv('ESCALE_SITE')];
    $claims += ['iat' => time(), 'exp' => time() + 300, 'jti' => bin2hex(random_bytes(16))];
    $unsigned = part(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . part(json_encode($claims));
    return $unsigned . '.' . part(hash_hmac('sha256', $unsigned, getenv('ESCALE_IDENTITY_SECRET'), true));
}
