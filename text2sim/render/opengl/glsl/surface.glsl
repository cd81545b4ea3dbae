struct Surface {
    vec3 position, normal, colour;
    float rough, metal, depth;
};

vec3 ray_of(vec2 pixel) {
    return axes * vec3((pixel - 0.5 * size) / focal, 1.0);
}
