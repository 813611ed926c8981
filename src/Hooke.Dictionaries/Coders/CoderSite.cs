namespace Hooke.Dictionaries;

/// <summary>Where a sparse coder reads or writes.</summary>
/// <param name="Name">
/// The site as the file names it (<c>blocks.3.hook_mlp_out</c>, <c>layers.3.mlp</c>); null where it does not.
/// </param>
/// <param name="Width">How wide an activation is there; attention's z with its heads side by side.</param>
public sealed record CoderSite(string? Name, int Width)
{
    /// <summary>Name and width.</summary>
    public override string ToString() => $"{Name ?? "a site the file does not name"} ({Width} wide)";
}
