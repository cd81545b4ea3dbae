// Light and colour, as in text2sim/render/kernels/lighting.py and shading.py.
uniform vec3 to_sun, sun, to_fill, fill, ambient, zenith, horizon, bounce;
uniform float haze;
uniform float exposure;
uniform sampler2D openness;  // half resolution

vec3 sky_colour(vec3 view) {
    float glow = max(dot(view, to_sun), 0.0);
    vec3 colour = mix(horizon, zenith, 1.0 - pow(1.0 - clamp(view.z, 0.0, 1.0), 3.0));
    return colour + sun * 0.035 * glow * glow * glow * glow;
}

float highlight(float nl, float nv, float nh, float rough) {
    float a = max(rough * rough, 0.02), square = a * a, d = nh * nh * (square - 1.0) + 1.0;
    return square / (d * d) * 0.5 / (2.0 * nl * nv * (1.0 - a) + (nl + nv) * a + 1e-6);
}

vec2 albedo(float nv, float rough) {
    float g = 1.0 - rough, m = 1.0 - nv, m2 = m * m, m3 = m2 * m, m5 = m3 * m2, m6 = m3 * m3;
    float scale = 0.2622 + g * (1.8054 - 1.0911 * g) + m * (0.2272 + g * (0.8772 * g - 0.9698))
                + m3 * (0.4045 + g * (1.2659 * g - 2.0771)) + m6 * (0.0064 + g * (1.6053 - 2.5318 * g));
    float offset = 0.0029 - 0.0465 * m + m2 * (0.0486 + g * (0.4485 - 0.4056 * g))
                 + m5 * (0.0411 + g * (1.8256 * g - 0.7827));
    offset = clamp(offset, 0.0, 0.9);
    return vec2(clamp(scale, 0.1, 1.0 - offset), offset);
}

vec3 light(Surface it, vec3 to_eye, float share, float open) {
    float facing = dot(it.normal, to_eye), nv = clamp(facing, 0.05, 1.0);
    float nl = max(dot(it.normal, to_sun), 0.0);
    vec3 middle = normalize(to_eye + to_sun);
    float nh = clamp(dot(it.normal, middle), 0.0, 1.0), edge = pow(1.0 - dot(to_sun, middle), 5.0);
    float arriving = nl * share, shine = arriving * highlight(nl, nv, nh, it.rough);
    vec2 whole = albedo(nv, it.rough);
    // Light from around: on the surface, and where the mirror direction looks.
    float wrap = 0.5 + 0.5 * dot(it.normal, to_fill), mirror = 2.0 * facing * it.normal.z - to_eye.z;
    float sharpness = 1.0 + 5.0 * (1.0 - it.rough) * (1.0 - it.rough);
    float skyward = clamp(0.5 + sharpness * (mirror + 0.05), 0.0, 1.0);
    vec3 around = (mix(bounce, ambient, 0.5 + 0.5 * it.normal.z) + fill * wrap * wrap) * open;
    vec3 seen = mix(bounce, mix(horizon, zenith, max(mirror, 0.0)), skyward) * open;
    vec3 base = mix(vec3(0.04), it.colour, it.metal);
    vec3 more = 1.0 + base * (1.0 / (whole.x + whole.y) - 1.0);
    vec3 layer = (base * whole.x + whole.y) * more;
    vec3 body = it.colour * (1.0 - it.metal) * (1.0 - layer);
    return body * (around + sun * arriving) + layer * seen + mix(base, vec3(1.0), edge) * more * shine * sun;
}

float bayer() {  // Bayer's 8 x 8 matrix, 0 to 1: keeps gradients smooth
    ivec2 place = ivec2(gl_FragCoord.xy);
    int value = 0;
    for (int k = 0; k < 3; k++) {
        ivec2 bit = (place >> k) & 1;
        value = 4 * value + 2 * (bit.x ^ bit.y) + bit.y;
    }
    return (float(value) + 0.5) / 64.0;
}

vec4 display(vec3 radiance) {
    vec3 s = min(sqrt(max(radiance * exposure, 0.0)), 3.0);
    vec3 over = s * (-0.36774 + s * (5.6718 + s * 240.61521));
    vec3 under = 1.0 + s * (42.75145 + s * (-16.97471 + s * 243.72678));
    vec3 encoded = clamp(over / under, 0.0, 1.0);
    return vec4(encoded + (bayer() - 0.5) / 255.0, 1.0);
}

vec4 shown(Surface it, vec3 ray) {
    vec3 view = normalize(ray);
    ivec2 last = textureSize(openness, 0) - 1;
    float open = texelFetch(openness, min(ivec2(gl_FragCoord.xy) / 2, last), 0).r;
    float far = it.depth * length(ray) / haze, thick = far * far;
    float clear = 1.0 / (1.0 + thick * (1.0 + thick * (0.5 + 0.2 * thick)));
    vec3 colour = light(it, -view, sunlit(it.position, it.normal), open);
    return display(mix(sky_colour(view), colour, clear));
}
