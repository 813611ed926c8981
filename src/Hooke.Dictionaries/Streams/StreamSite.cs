using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>An activation that is streamed, whole: attention's z with its heads side by side.</summary>
/// <param name="Model">Which of the models that read the same tokens.</param>
/// <param name="At">Its address.</param>
public sealed record StreamSite(int Model, Address At)
{
    /// <summary>The address, with the model's number before it for another than the first: 1/blocks.2.hook_resid_post.</summary>
    public override string ToString() => Model == 0 ? $"{At}" : $"{Model}/{At}";
}
