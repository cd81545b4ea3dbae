// Light and colour, as in text2sim/render/kernels/shading.py.
uniform vec3 to_sun, sun, to_fill, fill, ambient, zenith, horizon, bounce;
uniform float haze;
uniform float exposure;
uniform sampler2D openness;  // half resolution

vec3 sky_colour(vec3 view) {
    float glow = max(dot(view, to_sun), 0.0);
    vec3 colour = mix(horizon, zenith, 1.0 - pow(1.0 - clamp(view.z, 0.0, 1.0), 3.0));
    return colour + sun * 0.035 * glow * glow * glow * glow;
}

vec3 light(Surface it, vec3 view, float share, float open) {
    float up = 0.5 + 0.5 * it.normal.z, wrap = 0.5 + 0.5 * dot(it.normal, to_fill);
    float cosine = max(dot(it.normal, to_sun), 0.0) * share;
    vec3 around = mix(bounce, ambient, up) + fill * wrap * wrap;
    vec3 diffuse = (sun * cosine + around * open) * it.colour * (1.0 - it.metal);
    float facing = 1.0 - clamp(-dot(it.normal, view), 0.0, 1.0);
    float edge = pow(facing, 5.0) * (1.0 - it.rough);
    vec3 base = mix(vec3(0.04), it.colour, it.metal);
    float mirror = view.z - 2.0 * dot(it.normal, view) * it.normal.z;
    float sharpness = 1.0 + 5.0 * (1.0 - it.rough) * (1.0 - it.rough);
    float skyward = clamp(0.5 + sharpness * (mirror + 0.05), 0.0, 1.0);
    vec3 seen = mix(bounce, mix(horizon, zenith, max(mirror, 0.0)), skyward);
    vec3 gloss = seen * open * (1.0 - 0.75 * it.rough * (1.0 - it.metal));
    vec3 middle = normalize(to_sun - view);
    float nh = max(dot(it.normal, middle), 0.0), lh = max(dot(to_sun, middle), 0.0);
    float a = max(it.rough * it.rough, 0.02), d = nh * nh * (a * a - 1.0) + 1.0;
    float peak = a * a / (d * d * max(lh * lh, 0.1) * (4.0 * it.rough + 2.0));
    return diffuse + (gloss + sun * cosine * peak) * mix(base, vec3(1.0), 0.25 * edge);
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
    vec3 x = exposure * max(radiance, 0.0);
    vec3 mapped = clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    vec3 encoded = mix(1.055 * pow(mapped, vec3(1.0 / 2.4)) - 0.055, 12.92 * mapped,
                       lessThanEqual(mapped, vec3(0.0031308)));
    return vec4(encoded + (bayer() - 0.5) / 255.0, 1.0);
}

vec4 shown(Surface it, vec3 ray) {
    vec3 view = normalize(ray);
    ivec2 last = textureSize(openness, 0) - 1;
    float open = texelFetch(openness, min(ivec2(gl_FragCoord.xy) / 2, last), 0).r;
    float far = it.depth * length(ray) / haze;
    vec3 colour = light(it, view, sunlit(it.position, it.normal), open);
    return display(mix(colour, sky_colour(view), 1.0 - exp(-far * far)));
}
