uniform sampler2D half_nearness;
uniform sampler2D noisy;
out float openness;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy), last = textureSize(noisy, 0) - 1;
    float q = texelFetch(half_nearness, here, 0).r, total = 0.0, weights = 1e-6;
    for (int y = max(here.y - 2, 0); y <= min(here.y + 1, last.y); y++)
        for (int x = max(here.x - 2, 0); x <= min(here.x + 1, last.x); x++) {
            float other = texelFetch(half_nearness, ivec2(x, y), 0).r;
            float weight = abs(other - q) < 0.05 * q ? 1.0 : 0.01;
            total += weight * texelFetch(noisy, ivec2(x, y), 0).r;
            weights += weight;
        }
    openness = total / weights;
}
