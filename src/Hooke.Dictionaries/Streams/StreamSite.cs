using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>An activation that is streamed, whole: attention's z with its heads side by side.</summary>
/// <param name="Model">Which of the models that read the same tokens.</param>
/// <param name="At">Its address.</param>
public sealed record StreamSite(int Model, Address At)
{
    /// <summary>The address; behind the model's number for another than the first.</summary>
    public override string ToString() => Model == 0 ? $"{At}" : $"model {Model}, {At}";
}
