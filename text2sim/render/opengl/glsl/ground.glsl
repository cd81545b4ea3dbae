uniform vec3 floor_colour, floor_mortar;
uniform float floor_rough;
uniform int floor_pattern;

const float label = 1.0;

Surface surface(vec3 ray) {
    float t = -eye.z / ray.z;
    if (!(t > 0.0 && t < 1e5)) t = 1e5;  // at the horizon, where the pixel's middle is the sky's
    vec2 place = eye.xy + t * ray.xy;
    vec3 right = axes[0], down = axes[1];
    vec2 foot = t / focal * (abs(right.xy - ray.xy * right.z / ray.z) + abs(down.xy - ray.xy * down.z / ray.z));
    vec2 look = ground_pattern(floor_pattern, place, foot);
    vec3 colour = mix(floor_colour * look.x, floor_mortar, look.y);
    return Surface(vec3(place, 0.0), vec3(0.0, 0.0, 1.0), colour, floor_rough, 0.0, t);
}

vec3 true_normal() {
    return vec3(0.0, 0.0, eye.z > 0.0 ? 1.0 : -1.0);
}
