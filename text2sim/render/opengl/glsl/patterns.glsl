// Procedural materials, as in text2sim/render/kernels/patterns.py: each returns (tone, joint).
const int WOOD = 1, STONE = 2, METAL = 3, CLOTH = 4, GRASS = 5, LEAVES = 6, BRICK = 7, TILES = 8;

float cell_value(float i, float j) {
    uint n = uint(int(i) * 1664525 + int(j) * 374761393);
    n = (n ^ (n >> 15)) * 0x2C1B3C6Du;
    n = (n ^ (n >> 13)) * 0x297A2D39u;
    return float(int(n ^ (n >> 16))) / 2147483648.0;
}

float noise(float u, float v) {
    float i = floor(u), j = floor(v), s = u - i, t = v - j;
    s = s * s * (3.0 - 2.0 * s);
    t = t * t * (3.0 - 2.0 * t);
    float low = mix(cell_value(i, j), cell_value(i + 1.0, j), s);
    float high = mix(cell_value(i, j + 1.0), cell_value(i + 1.0, j + 1.0), s);
    return mix(low, high, t);
}

float visible(float footprint, float size) {
    return clamp(1.5 - footprint * 2.0 / size, 0.0, 1.0);
}

float covered(float t, float period, float width) {
    float whole = floor(t / period);
    return whole * width + min(t - whole * period, width);
}

float lines(float u, float period, float width, float footprint) {
    float f = max(footprint, 1e-4);
    float shifted = u - floor(u / period + 0.5) * period + 0.5 * width;
    return (covered(shifted + 0.5 * f, period, width) - covered(shifted - 0.5 * f, period, width)) / f;
}

float noise_3d(vec3 p) {
    return 0.7 * (noise(p.x + 0.61 * p.z, p.y + 0.53 * p.z)
                + noise(p.y - 0.67 * p.x + 37.0, p.z + 0.45 * p.x));
}

float cloudy(vec3 p, float foot) {
    return 0.50 * visible(foot, 0.9) * noise_3d(p * 1.11 + vec3(0, 0, 6.6))
         + 0.36 * visible(foot, 0.306) * noise_3d(p * 3.27 + vec3(0, 0, 2.2))
         + 0.26 * visible(foot, 0.104) * noise_3d(p * 9.6 + vec3(0, 0, 0.8))
         + 0.19 * visible(foot, 0.035) * noise_3d(p * 28.3 + vec3(0, 0, 0.3));
}

float grain(float along, float across, float foot) {
    return 0.08 * visible(foot, 0.16) * noise(along * 0.5 + 7.0, across * 8.0)
         + 0.13 * visible(foot, 0.05) * noise(along * 1.1, across * 24.0)
         + 0.09 * visible(foot, 0.012) * noise(along * 4.0 + 31.0, across * 130.0);
}

vec2 tiles(vec2 p, vec2 foot, float size, float joint) {
    float tone = cell_value(floor(p.x / size), floor(p.y / size));
    float u = lines(p.x, size, joint, foot.x), v = lines(p.y, size, joint, foot.y);
    return vec2(1.0 + 0.03 * tone * visible(max(foot.x, foot.y), size), u + v - u * v);
}

vec2 planks(vec2 p, vec2 foot) {
    float row = floor(p.y / 0.14), most = max(foot.x, foot.y);
    float along = p.x + 1.7 * cell_value(row, 3.0), board = floor(along / 1.8);
    float tone = 0.10 * cell_value(row, board) * visible(most, 0.14);
    float fibres = grain(p.x + 5.0 * board, p.y + 0.37 * row, most);
    float seam = max(lines(p.y, 0.14, 0.004, foot.y), lines(along, 1.8, 0.004, foot.x));
    return vec2((1.0 + tone + fibres) * (1.0 - 0.65 * seam), 0.0);
}

vec2 bricks(vec2 p, vec2 foot) {
    float row = floor(p.y / 0.075), most = max(foot.x, foot.y);
    float along = p.x + 0.12 * (row - 2.0 * floor(row * 0.5));
    float tone = 0.22 * cell_value(floor(along / 0.24), row) * visible(most, 0.12);
    float rough = 0.08 * visible(most, 0.02) * noise(p.x * 60.0, p.y * 60.0);
    float bed = lines(p.y, 0.075, 0.011, foot.y), head = lines(along, 0.24, 0.011, foot.x);
    return vec2(1.0 + tone + rough, bed + head - bed * head);
}

vec2 grassy(vec2 p, float foot) {
    float patches = noise(p.x * 0.45, p.y * 0.45) + 0.6 * noise(p.x * 1.9 + 9.0, p.y * 1.9);
    float tufts = visible(foot, 0.06) * noise(p.x * 17.0, p.y * 17.0);
    float blades = visible(foot, 0.012) * noise(p.x * 90.0 + 5.0, p.y * 70.0);
    return vec2(1.0 + 0.13 * patches + 0.16 * tufts + 0.20 * blades, 0.0);
}

float wave(float t) {
    return t < 0.5 ? 16.0 * t * (0.5 - t) : -16.0 * (1.0 - t) * (t - 0.5);
}

vec2 woven(vec2 p, float foot) {
    float threads = wave(fract(p.x * 200.0)) * wave(fract(p.y * 200.0)) * visible(foot, 0.005);
    float folds = noise(p.x * 9.0, p.y * 9.0) * visible(foot, 0.1);
    return vec2(1.0 + 0.10 * threads + 0.05 * folds, 0.0);
}

vec2 ground_pattern(int pattern, vec2 p, vec2 foot) {
    float most = max(foot.x, foot.y);
    if (pattern == TILES || pattern == METAL) return tiles(p, foot, 1.0, 0.012);
    if (pattern == WOOD) return planks(p, foot);
    if (pattern == BRICK) return bricks(p, foot);
    if (pattern == GRASS || pattern == LEAVES) return grassy(p, most);
    if (pattern == STONE) return vec2(1.0 + 0.18 * cloudy(vec3(p, 0.0), most), 0.0);
    if (pattern == CLOTH) return woven(p, most);
    return vec2(1.0, 0.0);
}

vec2 surface_pattern(int pattern, vec3 p, float foot) {
    if (pattern == WOOD) return vec2(1.0 + grain(p.x, p.y + p.z, foot), 0.0);
    if (pattern == STONE) return vec2(1.0 + 0.18 * cloudy(p, foot), 0.0);
    if (pattern == CLOTH) return woven(p.xy + vec2(0.61, 0.53) * p.z, foot);
    if (pattern == METAL)
        return vec2(1.0 + 0.06 * noise(p.x * 3.0, (p.y + p.z) * 150.0) * visible(foot, 0.008), 0.0);
    if (pattern == LEAVES || pattern == GRASS)
        return vec2(1.0 + 0.42 * noise_3d(p * 22.0) * visible(foot, 0.045) + 0.20 * noise_3d(p * 5.0), 0.0);
    if (pattern == BRICK) return bricks(vec2(p.x + p.y, p.z), vec2(foot));
    if (pattern == TILES) return tiles(vec2(p.x + p.y, p.z), vec2(foot), 0.3, 0.006);
    return vec2(1.0, 0.0);
}
