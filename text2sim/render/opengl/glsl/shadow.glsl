// Soft shadows, as in text2sim/render/kernels/shadowing.py.
uniform sampler2D sun_map;  // 0 nearest, 1 nothing there
uniform mat4x3 sun_frame;
uniform vec2 sun_range;
uniform float sun_texel;    // side of a texel [m]
uniform float sun_angle;    // that the sun spans [rad]

const float REACH = 7.0, LIFT = 2.0, SHARPEST = 1.2;

float nearness_at(ivec2 texel) {
    float far = texelFetch(sun_map, texel, 0).r;
    return far >= 1.0 ? -1e9 : mix(sun_range.y, sun_range.x, far);
}

float sunlit(vec3 position, vec3 normal) {
    float lift = LIFT * sun_texel;
    vec3 place = sun_frame * vec4(position + lift * normal, 1.0);
    vec2 border = textureSize(sun_map, 0) - REACH - 1.0;
    if (any(lessThan(place.xy, vec2(REACH + 1.0))) || any(greaterThan(place.xy, border))) return 1.0;
    float near = place.z + 0.5 * lift;
    vec3 turned = mat3(sun_frame) * normal;
    vec2 slope = -turned.xy * sun_texel / max(turned.z, 0.15) * sun_texel;
    ivec2 middle = ivec2(place.xy);
    float total = 0.0, count = 0.0;
    for (int y = -6; y <= 6; y += 3)
        for (int x = -6; x <= 6; x += 3) {
            float above = nearness_at(middle + ivec2(x, y)) - near - dot(slope, vec2(x, y));
            if (above > 0.0) {
                total += above;
                count += 1.0;
            }
        }
    if (count == 0.0) return 1.0;
    float width = clamp(0.5 * sun_angle * total / count / sun_texel, SHARPEST, REACH - 1.0);
    vec2 centre = place.xy - 0.5;
    middle = ivec2(centre);
    int reach = int(width + 0.5) + 1;
    float lit = 0.0, all = 0.0;
    for (int y = -reach; y <= reach; y++)
        for (int x = -reach; x <= reach; x++) {
            vec2 away = vec2(middle + ivec2(x, y)) - centre;
            vec2 part = clamp(width + 0.5 - abs(away), 0.0, 1.0);
            float weight = part.x * part.y;
            all += weight;
            if (nearness_at(middle + ivec2(x, y)) <= near + dot(slope, away)) lit += weight;
        }
    return lit / all;
}
