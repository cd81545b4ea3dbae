// Ambient occlusion at half resolution, as in text2sim/render/kernels/occlusion.py.
uniform sampler2D half_nearness;
uniform sampler2D directions;  // offsets in radii: row = cell of a 4 x 4 pattern, column = pair
uniform float half_focal;
out float openness;

const float RADIUS = 0.3;

float nearer(vec2 offset, float q) {
    ivec2 last = textureSize(half_nearness, 0) - 1;
    ivec2 place = clamp(ivec2(gl_FragCoord.xy) + ivec2(offset), ivec2(0), last);
    return max((texelFetch(half_nearness, place, 0).r - q) / (q * q) / RADIUS, -2.0);
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float q = texelFetch(half_nearness, here, 0).r, reach = min(RADIUS * half_focal * q, 48.0);
    openness = 1.0;
    if (reach < 1.0) return;
    int pairs = textureSize(directions, 0).x, cell = (here.x & 3) + 4 * (here.y & 3);
    float total = 0.0;
    for (int k = 0; k < pairs; k++) {
        vec2 offset = round(texelFetch(directions, ivec2(k, cell), 0).rg * reach);
        float a = nearer(offset, q), b = nearer(-offset, q);
        if (a > 1.2) a = b < 0.0 ? -b : 0.0;
        if (b > 1.2) b = a < 0.0 ? -a : 0.0;
        total += min(max(a + b - 0.03, 0.0) * 1.2, 1.0);
    }
    openness = 1.0 - total / float(pairs);
}
